import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createCosigner, createNoteSigner, type NoteSigner } from '../shared/tlog/note.ts';
import { ServerError } from './problems.ts';

const Stored = z.object({
  name: z.string(),
  cosigner: z.string(),
  fleet: z.string(),
  /** X25519; missing in what was written before keys of subjects were taken in escrow. */
  escrow: z.string().optional(),
});

export type ServerKeys = {
  /** Of the server, first part of the names of its keys. */
  name: string;
  /** Cosigns the stations' checkpoints. */
  cosigner: NoteSigner;
  /** Signs the fleet log; its verifier key is the one string that outsiders pin. */
  fleet: NoteSigner;
  /** Opens what stations seal to the server; its public half, base64 of 32 bytes. */
  escrow: { privateKey: KeyObject; publicKey: string };
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
    writeKeys(file, { name: options.name, cosigner: newKey(), fleet: newKey(), escrow: newEscrowKey() });
  }
  const stored = readKeys(file);
  const escrow = stored.escrow ?? newEscrowKey();
  if (stored.escrow === undefined) writeKeys(file, { ...stored, escrow });
  const key = (pem: string): KeyObject => createPrivateKey(pem);
  return {
    name: stored.name,
    cosigner: createCosigner(`${stored.name}/witness`, key(stored.cosigner), options.nowS),
    fleet: createNoteSigner(`${stored.name}/fleet`, key(stored.fleet)),
    escrow: { privateKey: key(escrow), publicKey: rawPublicKey(key(escrow)) },
  };
}

function writeKeys(file: string, keys: z.infer<typeof Stored>): void {
  writeFileSync(`${file}.part`, JSON.stringify(keys), { mode: 0o600, flush: true });
  renameSync(`${file}.part`, file);
}

function rawPublicKey(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
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

function newEscrowKey(): string {
  return generateKeyPairSync('x25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function newKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}
