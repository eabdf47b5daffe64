import { type EntryRecord, type EntrySlots, type EntryType, entryTypes } from '../../../shared/events.ts';
import { OperatorId } from '../../../shared/ids.ts';
import type { Person } from '../../../shared/report-document.ts';
import type { Journal } from '../journal/journal.ts';

/** One journal entry of a job, with its data typed by its type. */
export type HistoryEntry<T extends EntryType = EntryType> = {
  idx: number;
  type: T;
  at: string;
  actor: OperatorId | null;
  data: EntryRecord<T>;
};

export type JobHistory = ReturnType<typeof readJobHistory>;

/** The journal's own account of one job, up to and with the entry `until`: what every report is filled from. */
export function readJobHistory(
  journal: Journal,
  jobId: string,
  nameOf: (operator: OperatorId) => string | null,
  until = Number.POSITIVE_INFINITY,
) {
  const refs = journal.store.ofJob(jobId).filter(ref => ref.idx <= until);
  const opened = new Set<string>();

  const read = <T extends EntryType>(type: T, idx: number): HistoryEntry<T> => {
    const leaf = journal.entry(idx);
    const actor = OperatorId.safeParse(leaf.actor).data ?? null;
    // The entry was checked against the schema of its type when it was written, and its bytes are hashed since.
    return { idx, type, at: leaf.at, actor, data: leaf.data as EntryRecord<T> };
  };
  const all = <T extends EntryType>(type: T): HistoryEntry<T>[] =>
    refs.filter(ref => ref.type === type).map(ref => read(type, ref.idx));

  return {
    indexes: refs.map(ref => ref.idx),
    read,
    all,
    last: <T extends EntryType>(type: T): HistoryEntry<T> | null => all(type).at(-1) ?? null,
    first: <T extends EntryType>(type: T): HistoryEntry<T> | null => all(type)[0] ?? null,
    /** One slot of an entry for the document to print; null when it was forgotten. */
    open<T extends EntryType, S extends keyof EntrySlots<T> & string>(
      entry: HistoryEntry<T>,
      slot: S,
    ): EntrySlots<T>[S] | null {
      opened.add(slotKey(entry.idx, slotNumber(entry.type, slot)));
      return journal.open(entry.type, entry.idx, slot);
    },
    /** The same for a decision that does not print it. */
    peek: <T extends EntryType, S extends keyof EntrySlots<T> & string>(
      entry: HistoryEntry<T>,
      slot: S,
    ): EntrySlots<T>[S] | null => journal.open(entry.type, entry.idx, slot),
    /** Whether the document got to see this slot by `open`. */
    wasOpened: (idx: number, slot: number): boolean => opened.has(slotKey(idx, slot)),
    person: (actor: OperatorId | null): Person | null => actor && { id: actor, name: nameOf(actor) || null },
  };
}

const slotKey = (idx: number, slot: number) => `${idx}/${slot}`;

function slotNumber(type: EntryType, slot: string): number {
  const spec = entryTypes[type];
  return 'pii' in spec ? Object.keys(spec.pii).indexOf(slot) : -1;
}
