import type { JobId } from '../shared/ids.ts';
import type { TableContent } from '../shared/table-document.ts';
import type { Blobs } from './database/blobs.ts';
import type { Database } from './database/database.ts';
import type { Clock } from './drivers/clock/clock.ts';
import type { Random } from './drivers/random/random.ts';
import { createAccessReview } from './features/access/access-review.ts';
import { createApprovals } from './features/approvals/approvals.ts';
import { createEvidence } from './features/evidence/evidence.ts';
import type { Identity } from './features/identity/identity.ts';
import { bypassMoves } from './features/jobs/bypass-moves.ts';
import type { Jobs } from './features/jobs/jobs.ts';
import { createSamplingHandlers } from './features/jobs/sampling-handlers.ts';
import type { Journal } from './features/journal/journal.ts';
import type { Subjects } from './features/journal/subjects.ts';
import type { Publish } from './handlers.ts';

type ReviewDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  blobs: Blobs;
  clock: Clock;
  /** Wall time that never goes back. */
  lasting: Clock;
  random: Random;
  publish: Publish;
  jobs: Jobs;
  identity: Pick<Identity, 'reauthenticate' | 'nameOf' | 'handlers' | 'approvalMs' | 'isSamePerson' | 'secondFactorOf'>;
  /** A table as a signed PDF. */
  printTable(table: TableContent): Promise<Buffer>;
};

/** Everything by which people look at each other's work: evidence and the decisions that rest on it. */
export function createReviewParts(deps: ReviewDeps) {
  const { jobs, identity, lasting, printTable, ...base } = deps;
  const evidence = createEvidence({
    ...base,
    jobOf: (id: JobId) => jobs.view(id),
    nameOf: identity.nameOf,
  });
  const approvals = createApprovals({
    ...base,
    clock: lasting,
    moves: bypassMoves(jobs),
    evidenceHashes: evidence.hashesOf,
    reauthenticate: identity.reauthenticate,
    nameOf: identity.nameOf,
    isSamePerson: identity.isSamePerson,
    validMs: identity.approvalMs,
  });
  const access = createAccessReview({
    ...base,
    people: () => identity.handlers['users.list'](),
    nameOf: identity.nameOf,
    secondFactorOf: identity.secondFactorOf,
    printTable,
  });
  const handlers = {
    ...evidence.handlers,
    ...approvals.handlers,
    ...createSamplingHandlers({ ...base, nameOf: identity.nameOf, ticketOf: id => jobs.find(id).ticket }),
    ...access.handlers,
  };
  return { evidence, approvals, handlers };
}
