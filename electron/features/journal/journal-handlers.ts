import { DeviceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { JournalEntry, journalMethods } from '../../../shared/journal.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from './journal.ts';
import { verifyJournal } from './verify-journal.ts';

/** Reading the journal from a screen. */
export function createJournalHandlers(deps: { journal: Journal; nameOf(operator: OperatorId): string | null }) {
  const { journal } = deps;

  const view = (idx: number): JournalEntry => {
    const leaf = journal.entry(idx);
    const actor = OperatorId.safeParse(leaf.actor).data ?? null;
    return {
      seq: idx,
      type: leaf.type,
      at: leaf.at,
      actor,
      actorName: actor && deps.nameOf(actor),
      job: JobId.safeParse(leaf.job).data ?? null,
      device: DeviceId.safeParse(leaf.device).data ?? null,
      data: leaf.data,
      cosigned: journal.store.isCosigned(idx),
    };
  };

  return {
    'journal.status': () => journal.status(),
    'journal.list': ({ before, limit, jobId }) => {
      return journal.store.newest(limit, before ?? journal.end(), jobId).map(({ idx }) => view(idx));
    },
    'journal.verify': () => verifyJournal(journal),
  } satisfies Pick<Handlers, keyof typeof journalMethods>;
}
