import type { JobId, OperatorId } from '../../../shared/ids.ts';
import { asSeenBy } from '../../../shared/masking.ts';
import type { samplingMethods } from '../../../shared/sampling.ts';
import type { Database } from '../../database/database.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { createSamplingCoverage } from './sampling-coverage.ts';
import { samplingTable } from './sampling-table.ts';

/** What the sampling covers, to be seen and taken away. */
export function createSamplingHandlers(deps: {
  database: Database;
  journal: Journal;
  nameOf(operator: OperatorId): string | null;
  ticketOf(job: JobId): string;
}) {
  const { database, journal } = deps;
  const coverage = createSamplingCoverage(deps);
  return {
    'sampling.coverage': period => coverage(period),
    'sampling.export': (period, caller) => {
      const file = samplingTable(asSeenBy(caller.role, coverage(period)));
      database.write(tx =>
        journal.append(tx, {
          type: 'table.exported',
          actor: caller.operatorId,
          data: { table: 'sampling_coverage', ...period },
        }),
      );
      return file;
    },
  } satisfies Pick<Handlers, keyof typeof samplingMethods>;
}
