import type { EntryRecord, EntrySlots, EntryType } from '../../../shared/events.ts';
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

/** The journal's own account of one job: what every report is filled from. */
export function readJobHistory(journal: Journal, jobId: string, nameOf: (operator: OperatorId) => string | null) {
  const refs = journal.store.ofJob(jobId);

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
    open: <T extends EntryType, S extends keyof EntrySlots<T> & string>(
      entry: HistoryEntry<T>,
      slot: S,
    ): EntrySlots<T>[S] | null => journal.open(entry.type, entry.idx, slot),
    person: (actor: OperatorId | null): Person | null => actor && { id: actor, name: nameOf(actor) || null },
  };
}
