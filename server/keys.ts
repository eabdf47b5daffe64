import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createCosigner, createNoteSigner, type NoteSigner } from '../shared/tlog/note.ts';
import { ServerError } from './problems.ts';

const Stored = z.object({ name: z.string(), cosigner: z.string(), fleet: z.string() });

export type ServerKeys = {
  /** Cosigns the stations' checkpoints. */
  cosigner: NoteSigner;
  /** Signs the fleet log; its verifier key is the one string that outsiders pin. */
  fleet: NoteSigner;
};

/** The server's keys from a file that its account alone may read; made the first time. */
export function openServerKeys(options: {
  dataDir: string;
  name: string;
  nowS: () => number;
  /** No log was ever opened in this folder, so that keys may be made. */
  fresh: boolean;
}): ServerKeys {
  const file = join(options.dataDir, 'server-keys.json');
  if (!existsSync(file)) {
    if (!options.fresh) throw new ServerError(500, keysGone);
    const made = { name: options.name, cosigner: newKey(), fleet: newKey() };
    writeFileSync(`${file}.part`, JSON.stringify(made), { mode: 0o600, flush: true });
    renameSync(`${file}.part`, file);
  }
  const stored = readKeys(file);
  const key = (pem: string): KeyObject => createPrivateKey(pem);
  return {
    cosigner: createCosigner(`${stored.name}/witness`, key(stored.cosigner), options.nowS),
    fleet: createNoteSigner(`${stored.name}/fleet`, key(stored.fleet)),
  };
}

const keysGone =
  'server-keys.json is missing beside a database that has logs. Put it back from a copy: new keys would disown everything that was cosigned.';

function readKeys(file: string): z.infer<typeof Stored> {
  try {
    return Stored.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new ServerError(500, 'server-keys.json cannot be read. Put it back from a copy.', { cause });
  }
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
