import { BenchError } from '../../../shared/errors.ts';
import type { Database } from '../../database/database.ts';
import { createJournalStore } from '../journal/journal.store.ts';
import type { LogKeys } from '../journal/log-keys.ts';
import { createSigning } from '../journal/signing.ts';
import { verifyJournal } from '../journal/verify-journal.ts';

const noKeys: LogKeys = { held: () => [], add: async () => {}, drop: async () => {}, dropBefore: async () => {} };

/**
 * Verifies the journal in a copy of the station database against the heads that were signed. Answers its head; throws
 * `backup_unusable` when it does not hold.
 */
export async function checkCopy(database: Database) {
  const store = createJournalStore(database.read);
  const { origin, size, root } = store.mustHead();
  const signing = createSigning({ database, store, origin, logKeys: noKeys });
  const { ok, steps } = await verifyJournal({ store, origin, signing });
  const failed = steps.find(({ outcome }) => outcome !== 'ok');
  if (!ok)
    throw new BenchError('backup_unusable', `The journal in the backup does not verify. ${failed?.detail ?? ''}`);
  if (store.checkpoints().length === 0)
    throw new BenchError('backup_unusable', 'The journal in the backup has no signed head.');
  return { origin, size, root: root.toString('base64') };
}
