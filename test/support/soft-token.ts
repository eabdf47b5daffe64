import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slotsIn } from '../../electron/drivers/token/tool-output.ts';
import { runTool } from './tools.ts';

/** What a suite with tokens in software needs; its programs are named where they are missing. */
export const softTokenTools = ['softhsm2-util', 'pkcs11-tool'] as const;

const modules = ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib64/softhsm/libsofthsm.so'];

/** A folder of tokens in software (SoftHSM); what uses them must be given `env`. */
export function createSoftTokens() {
  const folder = mkdtempSync(join(tmpdir(), 'soft-tokens-'));
  const config = join(folder, 'softhsm2.conf');
  mkdirSync(join(folder, 'tokens'));
  const lines = [`directories.tokendir = ${join(folder, 'tokens')}`, 'objectstore.backend = file', 'log.level = ERROR'];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const env = { ...process.env, SOFTHSM2_CONF: config };
  const modulePath = modules.find(file => existsSync(file)) ?? '';
  const run = (name: string, args: readonly string[]) => {
    const done = runTool(name, args, { env });
    if (done.status !== 0) throw new Error(`${name}: ${done.output}`);
    return done.stdout;
  };
  const tool = (...args: string[]) => run('pkcs11-tool', ['--module', modulePath, ...args]);
  const serialOf = (label: string) =>
    slotsIn(tool('--list-token-slots')).find(token => token.label === label)?.serial ?? '';
  return {
    env,
    modulePath,
    folder,
    serialOf,
    /** A new token with one P-256 key, `01`; answers its serial number. */
    add({ label, pin }: { label: string; pin: string }): string {
      run('softhsm2-util', ['--init-token', '--free', '--label', label, '--pin', pin, '--so-pin', '87654321']);
      this.makeKey({ label, pin, id: '01' });
      return serialOf(label);
    },
    makeKey({ label, pin, id, type = 'EC:prime256v1' }: { label: string; pin: string; id: string; type?: string }) {
      const on = ['--token-label', label, '--login', '--pin', pin];
      tool(...on, '--keypairgen', '--key-type', type, '--id', id, '--label', 'document key');
    },
    dropKey({ label, pin, id }: { label: string; pin: string; id: string }) {
      for (const type of ['privkey', 'pubkey'])
        tool('--token-label', label, '--login', '--pin', pin, '--delete-object', '--type', type, '--id', id);
    },
    writeCertificate({ label, pin, id, file }: { label: string; pin: string; id: string; file: string }) {
      const object = ['--write-object', file, '--type', 'cert', '--id', id, '--label', `certificate ${id}`];
      tool('--token-label', label, '--login', '--pin', pin, ...object);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type SoftTokens = ReturnType<typeof createSoftTokens>;
