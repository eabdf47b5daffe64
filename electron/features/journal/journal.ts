import { BenchError } from '../../../shared/errors.ts';
import { type EntryData, type EntrySlots, type EntryType, entryTypes } from '../../../shared/events.ts';
import type { JournalStatus } from '../../../shared/journal.ts';
import { formatCheckpoint } from '../../../shared/tlog/checkpoint.ts';
import { decodeEntry, encodeEntry, type LeafEnvelope } from '../../../shared/tlog/entry.ts';
import { leafHash } from '../../../shared/tlog/hash.ts';
import {
  appendLeaf,
  decodeFrontier,
  emptyFrontier,
  encodeFrontier,
  type Frontier,
  frontierRoot,
  rootAt,
} from '../../../shared/tlog/merkle.ts';
import { joinNote } from '../../../shared/tlog/note.ts';
import { openPiiWithDek, sealPii } from '../../../shared/tlog/pii.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import { createJournalStore } from './journal.store.ts';
import type { LogKeys } from './log-keys.ts';
import { createSigning } from './signing.ts';
import type { Subject, Subjects } from './subjects.ts';

export type NewEntry<T extends EntryType> = {
  type: T;
  data: EntryData<T>;
  actor?: string | undefined;
  device?: string | undefined;
  job?: string | undefined;
} & (keyof EntrySlots<T> extends never
  ? { pii?: never }
  : { pii: { [K in keyof EntrySlots<T>]: { subject: Subject; value: EntrySlots<T>[K] } } });

type Slot = { subject: Subject; value: unknown };

/** An entry whose fit to its type is checked when it runs alone. */
export type AnyEntry = {
  type: EntryType;
  data: Record<string, unknown>;
  actor?: string | undefined;
  device?: string | undefined;
  job?: string | undefined;
  pii?: Record<string, Slot>;
};

export type JournalDeps = {
  database: Database;
  subjects: Subjects;
  logKeys: LogKeys;
  clock: Clock;
  random: Random;
  /** Origin of the log to open when the database has none yet. */
  initialOrigin: string;
};

/**
 * The station's transparency log. Entries are appended inside the caller's transaction, so a state and its record
 * become durable together; checkpoints are signed only over what is durable.
 */
export function createJournal(deps: JournalDeps) {
  const { database, subjects, clock, random } = deps;
  const store = createJournalStore(database.read);

  const existing = store.head();
  if (!existing) {
    const root = frontierRoot(emptyFrontier);
    database.write(tx => store.create(tx, { origin: deps.initialOrigin, size: 0, frontier: Buffer.alloc(0), root }));
  }
  const origin = existing?.origin ?? deps.initialOrigin;
  const signing = createSigning({ database, store, origin, logKeys: deps.logKeys });
  // Kept beside the row so that an append need not decode it; the row's size guards against it being stale.
  let frontier: Frontier = existing ? decodeFrontier(existing.size, existing.frontier) : emptyFrontier;

  const seal = (seq: number, slots: Slot[]) =>
    slots.map(({ subject, value }, slot) => ({
      subject,
      ...sealPii({ dek: subjects.dekOf(subject), origin, seq, slot, value, iv: random.bytes(12) }),
    }));

  const appendAny = (tx: Tx, entry: AnyEntry): number => {
    const head = store.headIn(tx);
    if (head.size !== frontier.size) frontier = decodeFrontier(head.size, head.frontier);
    const seq = frontier.size;
    const now = clock.now();
    const spec = entryTypes[entry.type];
    const given: Record<string, Slot> = entry.pii ?? {};
    const names = 'pii' in spec ? Object.keys(spec.pii) : [];
    const sealed = seal(
      seq,
      names.map(name => checkedSlot(spec, name, given[name])),
    );
    const bytes = encodeEntry({
      v: 1,
      seq,
      id: random.uuidV7(now),
      type: entry.type,
      at: new Date(now).toISOString(),
      boot: clock.boot,
      mono: clock.monotonicNs().toString(),
      origin,
      data: spec.data.parse(entry.data),
      pii: sealed.map(({ h, k, subject }) => ({ h, k, s: subject })),
      ...(entry.actor ? { actor: entry.actor } : {}),
      ...(entry.device ? { device: entry.device } : {}),
      ...(entry.job ? { job: entry.job } : {}),
    });
    const leaf = leafHash(bytes);
    const next = appendLeaf(frontier, leaf);
    const idx = store.start + seq;
    store.insert(tx, {
      idx,
      bytes,
      leaf,
      type: entry.type,
      actor: entry.actor,
      device: entry.device,
      job: entry.job,
    });
    sealed.forEach(({ subject, ct }, slot) => {
      store.insertPii(tx, { idx, slot, subject, ct });
    });
    store.advance(tx, seq, { size: next.size, frontier: encodeFrontier(next), root: frontierRoot(next) });
    frontier = next;
    return idx;
  };

  const entry = (idx: number): LeafEnvelope => decodeEntry(store.bytes(idx));
  const end = () => store.start + store.mustHead().size;

  /**
   * Signs the head at `size` entries, by default all of them. Call it outside a transaction only: what it covers must be
   * durable first, or a crash would look like a rewritten past.
   */
  const checkpoint = (size = store.mustHead().size): Checkpoint => {
    const head = store.mustHead();
    const root = size === head.size ? head.root : rootAt(size, store.subtree(size));
    const known = store.checkpoint(size);
    if (known) return { size, root, note: known.note };
    const text = formatCheckpoint({ origin, size, root });
    const note = joinNote(text, signing.sign(text, size));
    database.write(tx => store.insertCheckpoint(tx, size, note));
    return { size, root, note };
  };

  return {
    origin,
    /** The key in force. */
    get vkey() {
      return signing.vkey;
    },
    signing,
    store,
    /** Adds one entry within `tx` and returns its place. Refuses data that does not fit the type's schema. */
    append: <T extends EntryType>(tx: Tx, entry: NewEntry<T>): number => appendAny(tx, entry),
    /** The same for an entry that was put together from parts. */
    appendAny,
    entry,
    /** How many entries the station ever wrote, in all of its logs. */
    end,
    /** Place of the first entry at or after a time (ms since 1970), as far as the entries' times go forward. */
    firstSince(time: number): number {
      let [low, high] = [0, end()];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (Date.parse(entry(middle).at) < time) low = middle + 1;
        else high = middle;
      }
      return low;
    },

    /** Opens one slot of one entry; null when its subject was forgotten. */
    open<T extends EntryType, S extends keyof EntrySlots<T> & string>(
      type: T,
      idx: number,
      slot: S,
    ): EntrySlots<T>[S] | null {
      const leaf = entry(idx);
      const spec = entryTypes[type];
      const names = 'pii' in spec ? Object.keys(spec.pii) : [];
      const number = names.indexOf(slot);
      const committed = leaf.pii[number];
      if (leaf.type !== type || !committed) throw new BenchError('internal', `entry ${idx} is no ${type}`);
      const ct = store.ciphertext(idx, number);
      const dek = subjects.dek(committed.s);
      if (!dek) subjects.want(committed.s);
      if (!ct || !dek) return null;
      const value = openPiiWithDek({
        dek,
        origin: leaf.origin,
        seq: leaf.seq,
        slot: number,
        ct,
        h: committed.h,
        k: committed.k,
      });
      return parseSlot(spec, slot, value) as EntrySlots<T>[S];
    },

    checkpoint,

    status(): JournalStatus {
      const head = store.mustHead();
      const oldest = head.acked_size < head.size ? entry(store.start + head.acked_size).at : null;
      return {
        origin,
        size: head.size,
        root: head.root.toString('base64'),
        cosignedSize: head.acked_size,
        notCosignedSince: oldest,
      };
    },
  };
}

export type Checkpoint = { size: number; root: Buffer; note: string };

export type Journal = ReturnType<typeof createJournal>;

type Spec = (typeof entryTypes)[EntryType];

function parseSlot(spec: Spec, name: string, value: unknown): unknown {
  const slots: Record<string, { parse(value: unknown): unknown }> = 'pii' in spec ? spec.pii : {};
  const schema = slots[name];
  if (!schema) throw new BenchError('internal', `no slot ${name}`);
  return schema.parse(value);
}

function checkedSlot(spec: Spec, name: string, given: Slot | undefined): Slot {
  if (!given) throw new BenchError('internal', `slot ${name} is missing`);
  return { subject: given.subject, value: parseSlot(spec, name, given.value) };
}
