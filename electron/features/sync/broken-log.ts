import { BenchError } from '../../../shared/errors.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import type { LogCause } from '../../../shared/journal.ts';
import type { SyncStatus } from '../../../shared/sync.ts';
import type { Database } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import { isNewLogWanted, wantNewLog } from '../journal/new-log.ts';
import type { Settings } from '../station/settings.ts';
import { isRevoked } from './fleet-proofs.ts';

type Deps = { database: Database; journal: Journal; settings: Settings; isFrozen(): boolean };

/** Whether the log can be gone on with, and giving it up when it cannot. */
export function createBrokenLog({ database, journal, settings, isFrozen }: Deps) {
  const brokenBy = (): LogCause | null => {
    if (!journal.signing.canSign()) return 'key_lost';
    return isFrozen() && !isRevoked(settings) ? 'forked' : null;
  };
  return {
    state(): SyncStatus['newLog'] {
      if (isNewLogWanted(settings)) return 'at_next_start';
      return brokenBy() === null ? 'no' : 'needed';
    },
    /** The next start opens a new log. Throws `conflict` for a log that is in order. */
    abandon(by: OperatorId): void {
      const cause = brokenBy();
      if (cause === null)
        throw new BenchError(
          'conflict',
          'The journal of this bench is in order and goes on. There is nothing to open.',
        );
      if (isNewLogWanted(settings)) return;
      database.write(tx => {
        journal.append(tx, { type: 'log.abandoned', actor: by, data: { cause } });
        wantNewLog(tx, settings, { cause, by });
      });
    },
  };
}
