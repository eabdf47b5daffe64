import { DeviceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { JournalEntry, journalMethods } from '../../../shared/journal.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from './journal.ts';
import { verifyJournal } from './verify-journal.ts';

/** Reading the journal from a screen. */
export function createJournalHandlers(deps: { journal: Journal; nameOf(operator: OperatorId): string | null }) {
  const { journal } = deps;

  const view = (seq: number, cosignedSize: number): JournalEntry => {
    const leaf = journal.entry(seq);
    const actor = OperatorId.safeParse(leaf.actor).data ?? null;
    return {
      seq,
      type: leaf.type,
      at: leaf.at,
      actor,
      actorName: actor && deps.nameOf(actor),
      job: JobId.safeParse(leaf.job).data ?? null,
      device: DeviceId.safeParse(leaf.device).data ?? null,
      data: leaf.data,
      cosigned: seq < cosignedSize,
    };
  };

  return {
    'journal.status': () => journal.status(),
    'journal.list': ({ before, limit, jobId }) => {
      const { size, cosignedSize } = journal.status();
      return journal.store.newest(limit, before ?? size, jobId).map(({ idx }) => view(idx, cosignedSize));
    },
    'journal.verify': () => verifyJournal(journal),
  } satisfies Pick<Handlers, keyof typeof journalMethods>;
}
