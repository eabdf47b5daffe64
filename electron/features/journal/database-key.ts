import { BenchError } from '../../../shared/errors.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';

export type DatabaseKey = {
  key(): Buffer;
  /**
   * Opens the database with its key, or with the new one that a replacement had got to before the process ended; `renewed`
   * says so. Throws what `open` throws.
   */
  open<T>(open: (key: Buffer) => T): Promise<{ opened: T; renewed: boolean }>;
  /**
   * Replaces the key: the new one rests in the keystore before `rekey` puts the file under it in one durable step, and
   * the old one is dropped after. Throws what `rekey` throws; the file is then under the old key.
   */
  replace(rekey: (key: Buffer) => void): Promise<void>;
};

/** The key of one database file, kept in the keystore under `name`. */
export function createDatabaseKey(deps: {
  keystore: Keystore;
  random: Random;
  name: string;
  initial: Buffer;
}): DatabaseKey {
  const { keystore, random, name } = deps;
  const next = `${name}-next`;
  let key = deps.initial;
  /** False while the keystore names another key than the file's as the current one: then `next` must stay. */
  let settled = true;
  let last: Promise<unknown> = Promise.resolve();

  const settle = async () => {
    await keystore.set(name, key.toString('base64'));
    await keystore.delete(next);
    settled = true;
  };
  const become = async (replacement: Buffer) => {
    key = replacement;
    settled = false;
    await settle();
  };

  return {
    key: () => key,
    async open(open) {
      const stored = await keystore.get(next);
      try {
        const opened = open(key);
        if (stored !== null) await keystore.delete(next);
        return { opened, renewed: false };
      } catch (error) {
        if (stored === null || !(error instanceof BenchError) || error.code !== 'database_key_wrong') throw error;
      }
      const replacement = Buffer.from(stored, 'base64');
      const opened = open(replacement);
      await become(replacement);
      return { opened, renewed: true };
    },
    replace(rekey) {
      const done = last.then(async () => {
        if (!settled) await settle();
        const replacement = random.bytes(32);
        await keystore.set(next, replacement.toString('base64'));
        rekey(replacement);
        await become(replacement);
      });
      last = done.catch(() => {});
      return done;
    },
  };
}
