import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';

const name = 'log-key';
/** A credential of Windows holds 2,560 bytes. */
const most = 48;
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');

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
  let keys = parse((await keystore.get(name)) ?? '');
  const store = async (next: readonly KeyObject[]) => {
    await keystore.set(name, next.map(seedOf).join(' '));
    keys = next;
  };
  const at = (key: KeyObject) => keys.findIndex(held => samePublicKey(held, key));
  return {
    held: () => keys,
    async add(key) {
      if (keys.length >= most)
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

export function samePublicKey(a: KeyObject, b: KeyObject): boolean {
  return publicOf(a).equals(publicOf(b));
}

function publicOf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function seedOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64');
}

function parse(value: string): readonly KeyObject[] {
  if (value.startsWith('-----BEGIN')) return [createPrivateKey(value)];
  return value
    .split(' ')
    .filter(seed => seed !== '')
    .map(seed => {
      const key = Buffer.concat([pkcs8Prefix, Buffer.from(seed, 'base64')]);
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    });
}
