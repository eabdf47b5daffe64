import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { BenchError } from '../../../shared/errors.ts';
import { findPkcs11Tool, usualModules } from './find-pkcs11-tool.ts';
import type { TokenKey, Tokens } from './token.ts';
import { assertTries, faultIn, type ListedObject, objectsIn, slotsIn, tokenOf } from './tool-output.ts';

const outputBytes = 1024 * 1024;
/** Some tokens wait for a touch of the hand. */
const usualLimitMs = 30_000;
/** Names the variable of the child's environment that holds the PIN; a command line could be read by everybody here. */
const pinVariable = 'VERIQKO_TOKEN_PIN';
/** Would have OpenSC write the PIN into its trace. */
const tracing = /^(OPENSC_DEBUG|PKCS11SPY.*|VERIQKO_TOKEN_PIN)$/;

type Run = { readonly args: readonly string[]; readonly pin?: string; readonly input?: Uint8Array };

const unavailable = (message: string, options?: ErrorOptions) => new BenchError('token_unavailable', message, options);

/** Tokens through OpenSC's `pkcs11-tool`, one child process for each step, so that no vendor's module is loaded here. */
export function createNodeTokens(options: {
  env: Readonly<NodeJS.ProcessEnv>;
  platform: NodeJS.Platform;
  /** The program; looked for on this computer when it is not named. */
  program?: string;
  /** How long one step may take, ms. */
  limitMs?: number;
}): Tokens {
  const { platform, limitMs = usualLimitMs } = options;
  const program = () => options.program ?? findPkcs11Tool(options.env, platform);
  const env = Object.fromEntries(Object.entries(options.env).filter(([name]) => !tracing.test(name)));

  const run = (modulePath: string, { args, pin, input }: Run): Promise<Buffer> => {
    const file = program();
    if (file === null)
      throw unavailable('The program pkcs11-tool is not on this computer. Install OpenSC, then try again.');
    assertModule(modulePath, platform);
    const login = pin === undefined ? [] : ['--login', '--pin', `env:${pinVariable}`];
    return runTool(file, ['--module', modulePath, ...args, ...login], {
      env: pin === undefined ? env : { ...env, [pinVariable]: pin },
      limitMs,
      input,
    });
  };

  const slots = async (modulePath: string) =>
    slotsIn((await run(modulePath, { args: ['--list-token-slots'] })).toString('utf8'));

  /** The slot is found by the token's serial number before any PIN goes to it: a PIN is not tried on a stranger. */
  const ready = async (modulePath: string, serial: string) => {
    const token = tokenOf(await slots(modulePath), serial);
    assertTries(token);
    return token.slot;
  };

  return {
    modules: () => (program() === null ? null : usualModules(platform)),
    async list(modulePath) {
      return (await slots(modulePath)).map(({ slot: _, ...seen }) => seen);
    },
    async keys({ modulePath, serial }, pin) {
      const slot = await ready(modulePath, serial);
      const listing = await run(modulePath, { args: ['--slot', slot, '--list-objects'], pin });
      const objects = objectsIn(listing.toString('utf8'));
      const certificates = new Map<string, Uint8Array>();
      for (const { kind, id } of objects) {
        if (kind !== 'certificate' || certificates.has(id)) continue;
        const args = ['--slot', slot, '--read-object', '--type', 'cert', '--id', id];
        const der = certificateIn(await run(modulePath, { args, pin }));
        if (der) certificates.set(id, der);
      }
      return { keys: keysOf(objects, certificates), certificates: [...certificates.values()] };
    },
    async signDigest({ modulePath, serial, keyId }, pin, digest) {
      const slot = await ready(modulePath, serial);
      const how = ['--sign', '--mechanism', 'ECDSA', '--signature-format', 'rs'];
      const signature = await run(modulePath, { args: ['--slot', slot, ...how, '--id', keyId], pin, input: digest });
      if (signature.length !== 64) throw unavailable('The key on the token is not an ECDSA P-256 key. Choose another.');
      return signature;
    },
  };
}

/** Loading a file runs what is in it: it has to belong to the system or to whoever runs the bench, and to nobody else. */
function assertModule(modulePath: string, platform: NodeJS.Platform): void {
  if (!isAbsolute(modulePath)) throw unavailable('Give the whole path of the PKCS#11 module, from the root on.');
  const file = statSync(modulePath, { throwIfNoEntry: false });
  if (!file?.isFile()) throw unavailable('There is no PKCS#11 module at this path. Check it on the Station screen.');
  if (platform === 'win32') return;
  const isOurs = file.uid === 0 || file.uid === process.getuid?.();
  if (!isOurs || (file.mode & 0o002) !== 0)
    throw unavailable('Others on this computer can change the PKCS#11 module. Install it so that only the system can.');
}

function keysOf(objects: readonly ListedObject[], certificates: ReadonlyMap<string, Uint8Array>): TokenKey[] {
  return objects.flatMap(({ kind, id, label }) => {
    if (kind !== 'private') return [];
    const certificate = certificates.get(id) ?? null;
    const listed = objects.find(other => other.kind === 'public' && other.id === id)?.spki ?? null;
    const spki = listed ?? (certificate && p256Of(certificate));
    return spki ? [{ id, label, spki, certificate }] : [];
  });
}

function p256Of(certificate: Uint8Array): Uint8Array | null {
  const { publicKey } = new X509Certificate(certificate);
  if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return null;
  return publicKey.export({ type: 'spki', format: 'der' });
}

function certificateIn(der: Buffer): Uint8Array | null {
  try {
    return new X509Certificate(der).raw;
  } catch {
    return null;
  }
}

/** Runs the program to its end, killed by SIGKILL at its time limit. What it printed stands in no error. */
function runTool(
  file: string,
  args: readonly string[],
  { env, limitMs, input }: { env: NodeJS.ProcessEnv; limitMs: number; input: Uint8Array | undefined },
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: outputBytes, windowsHide: true } as const;
    const child = execFile(file, [...args], { env, encoding: 'buffer', ...limits }, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      if (error.killed && error.code !== 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        return reject(unavailable('The token did not answer in time. Touch it if it asks for that, and try again.'));
      if (typeof error.code === 'string') return reject(unavailable('The program pkcs11-tool cannot be run.'));
      const said = stderr.toString('latin1');
      // It ends so where no reader has a token in it.
      if (/^No slots/m.test(`${stdout.toString('latin1')}\n${said}`)) return resolve(Buffer.alloc(0));
      reject(faultIn(said));
    });
    // A program that ends without reading breaks the pipe; its end says why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
