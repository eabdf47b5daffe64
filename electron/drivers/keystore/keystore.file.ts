import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import { createNodeRandom } from '../random/random.node.ts';
import type { Random } from '../random/random.ts';
import type { Keystore } from './keystore.ts';
import { newSealKey, readIfThere, replaceFile, type SealKey, seal, sealKeyOf, unseal } from './sealed-file.ts';

const Entries = z.array(z.tuple([z.string(), z.string()]));

const unavailable = (message: string, cause?: unknown) => new BenchError('keystore_unavailable', message, { cause });

/** Names of files are told, their content and the system's words are not needed to act. */
function explained(cause: unknown): unknown {
  if (cause instanceof BenchError) return cause;
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return unavailable(`The keystore file cannot be read or written${code}. Check the data folder and its disk.`, cause);
}

async function refuseShared(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0)
    throw unavailable('Other users may read the machine key. Take their rights from machine.key (chmod 600).');
}

/**
 * Secrets in one encrypted file: AES-256-GCM under a key that scrypt derives from a passphrase, or without one from a
 * random `machine.key` beside it: then whoever has the folder has the keys. Weaker than the operating system's keystore:
 * for machines without one, and for training.
 */
export function createFileKeystore(
  path: string,
  { passphrase, random = createNodeRandom() }: { passphrase?: string; random?: Random } = {},
): Keystore {
  const folder = dirname(path);
  const machineKeyPath = join(folder, 'machine.key');
  let known: SealKey | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const machineKey = async (hasStore: boolean): Promise<Buffer> => {
    const text = await readIfThere(machineKeyPath);
    if (text === null) {
      if (hasStore)
        throw unavailable('The machine key that opens the keystore is missing. Restore machine.key from a backup.');
      await replaceFile(machineKeyPath, `${random.bytes(32).toString('base64')}\n`, random);
      return machineKey(true);
    }
    await refuseShared(machineKeyPath);
    const key = Buffer.from(text.trim(), 'base64');
    if (key.length !== 32) throw unavailable('The machine key is damaged. Restore machine.key from a backup.');
    return key;
  };
  const secretFor = (hasStore: boolean) =>
    passphrase === undefined ? machineKey(hasStore) : Promise.resolve(Buffer.from(passphrase.normalize('NFC')));

  const open = async (file: string | null): Promise<Map<string, string>> => {
    if (file === null) return new Map();
    const key = await sealKeyOf(file, known, () => secretFor(true));
    const entries = Entries.safeParse(JSON.parse(unseal(key, file)));
    if (!entries.success) throw unavailable('The keystore file holds something else. Restore it from a backup.');
    known = key;
    return new Map(entries.data);
  };
  const read = async () => open(await readIfThere(path));
  const write = async (change: (values: Map<string, string>) => void): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await readIfThere(path);
    const values = await open(file);
    change(values);
    if (file === null || known === null) known = await newSealKey(await secretFor(file !== null), random);
    await replaceFile(path, seal(known, JSON.stringify([...values]), random), random);
  };
  /** One act after the other, or two writers would lose each other's values. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act).catch((error: unknown) => {
      throw explained(error);
    });
    last = done.catch(() => {});
    return done;
  };

  return {
    strength: 'file',
    get: name => inTurn(async () => (await read()).get(name) ?? null),
    set: (name, value) => inTurn(() => write(values => values.set(name, value))),
    delete: name => inTurn(() => write(values => values.delete(name))),
  };
}
