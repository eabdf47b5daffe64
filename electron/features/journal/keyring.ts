import { generateKeyPairSync } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';
import { createDatabaseKey, type DatabaseKey } from './database-key.ts';
import { type LogKeys, openLogKeys } from './log-keys.ts';

export type Keyring = {
  /** Raw 256-bit keys of the two databases. */
  readonly databases: { readonly station: DatabaseKey; readonly keys: DatabaseKey };
  /** Raw 256-bit key that wraps the keys of subjects. */
  readonly wrappingKey: Buffer;
  /** Ed25519, sign the log's heads. */
  readonly logKeys: LogKeys;
};

const names = {
  databaseKey: 'database-key',
  keysDatabaseKey: 'keys-database-key',
  wrappingKey: 'wrapping-key',
  logKey: 'log-key',
} as const;

/**
 * Reads the station's keys, or makes them when `fresh` says that no database exists yet. A database without its keys is
 * `database_key_wrong`: making new ones would lose it.
 */
export async function openKeyring(deps: { keystore: Keystore; random: Random; fresh: boolean }): Promise<Keyring> {
  const { keystore, random, fresh } = deps;
  const secret = async (name: string, make: () => string) => {
    const stored = await keystore.get(name);
    if (stored !== null) return stored;
    if (!fresh) {
      throw new BenchError(
        'database_key_wrong',
        'The keystore has no key for this data folder. Start with the account and keystore that created it, or restore a backup with the recovery key.',
      );
    }
    const made = make();
    await keystore.set(name, made);
    return made;
  };
  const symmetric = async (name: string) =>
    Buffer.from(await secret(name, () => random.bytes(32).toString('base64')), 'base64');
  const database = async (name: string) =>
    createDatabaseKey({ keystore, random, name, initial: await symmetric(name) });
  await secret(names.logKey, () =>
    generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  );
  return {
    databases: { station: await database(names.databaseKey), keys: await database(names.keysDatabaseKey) },
    wrappingKey: await symmetric(names.wrappingKey),
    logKeys: await openLogKeys(keystore),
  };
}
