import type { KeyObject } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import { formatPrivateKeys, mostKeys, parsePrivateKeys, samePublicKey } from './private-keys.ts';

const name = 'log-key';

export type LogKeys = {
  /** The private keys that are kept, oldest first. */
  held(): readonly KeyObject[];
  /** Keeps one more; durable when this resolves. Throws `conflict` when too many wait for the server. */
  add(key: KeyObject): Promise<void>;
  /** Drops this key. */
  drop(key: KeyObject): Promise<void>;
  /** Drops every key that is older than this one; none when this one is not held. */
  dropBefore(key: KeyObject): Promise<void>;
};

/**
 * The keys that sign the log's heads, all in one value of the keystore, so that each change happens wholly or not at
 * all. The value is one PEM, as it was before the first rotation, or the seeds in base64.
 */
export async function openLogKeys(keystore: Keystore): Promise<LogKeys> {
  let keys: readonly KeyObject[] = parsePrivateKeys((await keystore.get(name)) ?? '', 'ed25519');
  const store = async (next: readonly KeyObject[]) => {
    await keystore.set(name, formatPrivateKeys(next));
    keys = next;
  };
  const at = (key: KeyObject) => keys.findIndex(held => samePublicKey(held, key));
  return {
    held: () => keys,
    async add(key) {
      if (keys.length >= mostKeys)
        throw new BenchError(
          'conflict',
          'Too many keys wait for the central server to confirm them. Let the station reach it first.',
        );
      await store([...keys, key]);
    },
    async drop(key) {
      if (at(key) >= 0) await store(keys.toSpliced(at(key), 1));
    },
    async dropBefore(key) {
      if (at(key) > 0) await store(keys.slice(at(key)));
    },
  };
}
