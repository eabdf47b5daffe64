import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { BenchError } from '../../../shared/errors.ts';
import { keyAt, type LogKey, rotationIn, signedByAll } from '../../../shared/tlog/key-chain.ts';
import { createNoteSigner, formatVkey, parseVkey } from '../../../shared/tlog/note.ts';
import type { Database } from '../../database/database.ts';
import { createSettings } from '../station/settings.ts';
import type { JournalStore } from './journal.store.ts';
import type { LogKeys } from './log-keys.ts';
import { samePublicKey } from './private-keys.ts';

const replaced =
  'The key that signs this journal was replaced after this copy of the data was made. Put the newest data back.';

/**
 * Which keys sign the heads of the log. Entries name every key but the first; a key that was replaced goes on signing
 * beside the new one until the server has confirmed a head with both signatures, and is dropped then.
 */
export function createSigning(deps: { database: Database; store: JournalStore; origin: string; logKeys: LogKeys }) {
  const { database, store, origin, logKeys } = deps;
  const vkeyOf = (key: KeyObject) => formatVkey(origin, 'ed25519', key);
  let chain: LogKey[] = [{ key: parseVkey(firstVkey(database, origin, () => vkeyOf(newest(logKeys)))), from: 0 }];
  let readTo = 0;
  let last: Promise<unknown> = Promise.resolve();

  /** One after the other: what is kept must not be cleared away before its entry is written. */
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const done = last.then(act);
    last = done.catch(() => {});
    return done;
  };

  /** All keys of the log, oldest first. Call it outside a transaction only: what is rolled back names no key. */
  const keys = (): readonly LogKey[] => {
    const { size } = store.mustHead();
    if (size < readTo) {
      chain = chain.slice(0, 1);
      readTo = 0;
    }
    for (const { idx } of store.ofTypes(['key.rotated'], store.start + readTo)) {
      const seq = idx - store.start;
      const next = rotationIn(store.bytes(idx), keyAt(chain, seq).key);
      if (next) chain.push({ key: next, from: seq + 1 });
    }
    readTo = size;
    return chain;
  };
  const privateOf = ({ key }: LogKey) => logKeys.held().find(held => samePublicKey(held, key.publicKey));
  const signerOf = (key: LogKey) => {
    const held = privateOf(key);
    if (!held) throw new BenchError('journal_damaged', replaced);
    return { vkey: key.key.vkey, sign: (message: Buffer) => sign(null, message, held) };
  };
  const inForce = () => keyAt(keys(), store.mustHead().size);

  /** From which size on heads can be signed; smaller ones need a key that is gone. */
  const signableFrom = () => keys().find(key => privateOf(key) !== undefined)?.from ?? Number.POSITIVE_INFINITY;

  return {
    keys,
    get vkey() {
      return inForce().key.vkey;
    },
    canSign: () => privateOf(inForce()) !== undefined,
    /** Signature lines under a head: of the key in force and of those before it that are not confirmed as replaced. */
    sign(text: string, size: number): string[] {
      const known = keys();
      if (privateOf(keyAt(known, size)) === undefined) throw new BenchError('journal_damaged', replaced);
      return known.flatMap(key => {
        const held = key.from <= size ? privateOf(key) : undefined;
        return held ? [createNoteSigner(origin, held).sign(text)] : [];
      });
    },
    /** The key that the log began with, to enrol with: the server follows the entries from there. */
    first: () => signerOf(keyAt(keys(), 0)),
    /** The newest key that the server knows of. */
    confirmed: () => signerOf(keyAt(keys(), store.mustHead().acked_size)),

    /**
     * Where a batch from `from` ends. A server that fell back behind a rotation knows the old key alone, which is gone:
     * then only heads that it signed while it was there will do.
     */
    endOfBatch(from: number, wanted: number): number {
      if (from >= signableFrom()) return wanted;
      const { key } = keyAt(keys(), from);
      const signed = store.checkpoints(from + 1).filter(({ note }) => signedByAll(note, [key]));
      return (signed.findLast(({ size }) => size <= wanted) ?? signed[0])?.size ?? wanted;
    },

    /** The rotations, each with the entry that names it and a head that both keys signed. Call it outside a transaction. */
    rotations() {
      const known = keys();
      return known.slice(1).flatMap((next, i) => {
        const previous = known[i];
        const head =
          previous && store.checkpoints(next.from, 8).find(({ note }) => signedByAll(note, [previous.key, next.key]));
        return head ? [{ index: next.from - 1, size: head.size, note: head.note }] : [];
      });
    },

    /**
     * Puts a new key in force: it rests in the keystore before `write` makes its entry durable, and after a fault it is
     * as if nothing had happened.
     */
    rotate(write: (data: { previous: string; vkey: string }) => void): Promise<void> {
      return inTurn(async () => {
        const key = generateKeyPairSync('ed25519').privateKey;
        const previous = inForce();
        if (privateOf(previous) === undefined) throw new BenchError('journal_damaged', replaced);
        await logKeys.add(key);
        try {
          write({ previous: previous.key.vkey, vkey: vkeyOf(key) });
        } catch (error) {
          await logKeys.drop(key);
          throw error;
        }
      });
    },
    /** Drops the keys whose replacement the server has confirmed. */
    settle(): Promise<void> {
      return inTurn(async () => {
        const confirmed = keyAt(keys(), store.mustHead().acked_size);
        await logKeys.dropBefore(confirmed.key.publicKey);
      });
    },
  };
}

export type Signing = ReturnType<typeof createSigning>;

function newest(logKeys: LogKeys): KeyObject {
  const key = logKeys.held().at(-1);
  if (!key) throw new BenchError('database_key_wrong', 'The keystore has no key for this journal.');
  return key;
}

/** The key a log began with, remembered beside it: the keystore forgets it once it is replaced. */
function firstVkey(database: Database, origin: string, make: () => string): string {
  const settings = createSettings(database);
  const known = settings.get('log-vkey');
  if (known !== null && parseVkey(known).name === origin) return known;
  const made = make();
  database.write(tx => settings.set(tx, 'log-vkey', made));
  return made;
}
