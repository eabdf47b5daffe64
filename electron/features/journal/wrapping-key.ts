import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { Database } from '../../database/database.ts';
import { keyQuery } from '../../database/query.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';

const current = 'wrapping-key';
const next = 'wrapping-key-next';

export type WrappingKey = {
  key(): Buffer;
  /**
   * Replaces the key: `rewrap` writes every subject key anew in one durable step, then the old key is dropped, and with
   * it whatever older copies of the key database still hold.
   */
  replace(rewrap: (from: Buffer, to: Buffer) => void): Promise<void>;
};

/** Puts one subject key under the wrapping key, bound to the subject. */
export function wrapKey(wrappingKey: Buffer, subject: string, dek: Buffer, iv: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, iv).setAAD(Buffer.from(subject));
  return Buffer.concat([iv, cipher.update(dek), cipher.final(), cipher.getAuthTag()]);
}

/** Opens one wrapped subject key; throws when it was wrapped under another key or altered. */
export function unwrapKey(wrappingKey: Buffer, subject: string, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', wrappingKey, wrapped.subarray(0, 12))
    .setAAD(Buffer.from(subject))
    .setAuthTag(wrapped.subarray(-16));
  return Buffer.concat([decipher.update(wrapped.subarray(12, -16)), decipher.final()]);
}

/** The wrapping key, after finishing a replacement that a crash left half done. */
export async function openWrappingKey(deps: {
  keystore: Keystore;
  random: Random;
  keys: Database;
  initial: Buffer;
}): Promise<WrappingKey> {
  const { keystore, random } = deps;
  let key = deps.initial;
  /** False while the keystore does not name `key` as the current one: then `next` must stay, whatever happens. */
  let settled = true;
  let last: Promise<void> = Promise.resolve();

  const settle = async () => {
    await keystore.set(current, key.toString('base64'));
    await keystore.delete(next);
    settled = true;
  };
  const turnTo = async (replacement: Buffer, rewrap: (from: Buffer, to: Buffer) => void) => {
    if (!settled) await settle();
    await keystore.set(next, replacement.toString('base64'));
    rewrap(key, replacement);
    // In the same breath: a subject that appears while the keystore writes must not be wrapped under the old key.
    key = replacement;
    settled = false;
    await settle();
  };

  const pending = await keystore.get(next);
  if (pending !== null) {
    const replacement = Buffer.from(pending, 'base64');
    if (isUnder(deps.keys, replacement)) {
      key = replacement;
      await settle();
    } else await keystore.delete(next);
  }

  return {
    key: () => key,
    /** One replacement after the other: `next` has room for one. */
    replace(rewrap) {
      const done = last.then(() => turnTo(random.bytes(32), rewrap));
      last = done.catch(() => {});
      return done;
    },
  };
}

/** Whether the rows were written under this key already; they are rewritten all together, so one tells. */
function isUnder(keys: Database, key: Buffer): boolean {
  const row = keys.read.get(keyQuery.selectFrom('subject_key').select(['subject', 'wrapped']).limit(1));
  if (!row) return true;
  try {
    unwrapKey(key, row.subject, row.wrapped);
    return true;
  } catch {
    return false;
  }
}
