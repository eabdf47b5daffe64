import type { Approval, approvalMethods, BypassReason } from '../../../shared/approvals.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { Proof } from '../../../shared/identity.ts';
import { ApprovalId, type EvidenceId, type JobId, OperatorId } from '../../../shared/ids.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers, Publish, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { createApprovalCase } from './approval-case.ts';
import { createApprovalTime } from './approval-time.ts';
import { type ApprovalRow, createApprovalsStore } from './approvals.store.ts';

type Decision = {
  approval: ApprovalId;
  by: OperatorId;
  requesterAgain: boolean;
  reason: string;
  authenticated: Authentication;
};

/** The moves of a job that belong to a bypass; the jobs feature carries them out in the given transaction. */
export type BypassMoves = {
  request(
    tx: Tx,
    jobId: JobId,
    act: { approval: ApprovalId; reason: BypassReason; evidence: string[]; done: string; by: OperatorId },
  ): number;
  approve(tx: Tx, jobId: JobId, act: Decision & { at: number; expiresAt: number }): number;
  deny(tx: Tx, jobId: JobId, act: Decision): number;
  revoke(tx: Tx, jobId: JobId, act: { approval: ApprovalId; by: OperatorId; admin: boolean; reason: string }): number;
  expire(tx: Tx, jobId: JobId, act: { approval: ApprovalId; at: number }): number;
  /** True when the job has ended and nothing can come of a request any more. */
  isOver(jobId: JobId): boolean;
  /** True while the job waits with an approval that can run out. */
  isWaiting(jobId: JobId): boolean;
  tell(jobId: JobId): void;
  ticketOf(jobId: JobId): string;
};

export type ApprovalsDeps = {
  database: Database;
  journal: Journal;
  /** Time that never goes back while the bench runs, so that nothing that ran out comes to life again. */
  clock: Clock;
  random: Random;
  publish: Publish;
  moves: BypassMoves;
  /** Hashes of evidence that belongs to the job and is whole; throws otherwise. */
  evidenceHashes(jobId: JobId, ids: readonly EvidenceId[]): string[];
  /** How the caller proved who they are; throws unless it is them. */
  reauthenticate(caller: SignedIn, proof: Proof): Promise<Authentication>;
  nameOf(operator: OperatorId): string | null;
  /** Whether two accounts belong to one person, as far as the bench can tell. */
  isSamePerson(a: OperatorId, b: OperatorId): boolean;
  /** How long an approval waits for its use, in milliseconds. */
  validMs(): number;
};

/** Manual erase bypass by four eyes: requested by one, decided by another who authenticates for this very request. */
export function createApprovals(deps: ApprovalsDeps) {
  const { database, journal, clock, random, moves } = deps;
  const store = createApprovalsStore(database.read);

  const find = (id: ApprovalId): ApprovalRow => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such request.');
    return row;
  };
  const decisionReason = ({ state, decisionIdx }: ApprovalRow) => {
    if (decisionIdx === null) return null;
    const type = state === 'denied' ? 'job.bypass_denied' : 'job.bypass_approved';
    return journal.open(type, decisionIdx, 'text')?.reason ?? null;
  };
  const revocation = (idx: number) => {
    const { at, actor } = journal.entry(idx);
    const by = OperatorId.safeParse(actor).data;
    const reason = journal.open('job.bypass_revoked', idx, 'text')?.reason ?? null;
    return { byName: (by && deps.nameOf(by)) ?? '', at, reason };
  };
  const timeOf = createApprovalTime({ journal, clock });
  const view = (row: ApprovalRow): Approval => ({
    id: row.id,
    jobId: row.jobId,
    ticket: moves.ticketOf(row.jobId),
    state: row.state,
    reason: row.reason,
    done: journal.open('job.bypass_requested', row.requestIdx, 'text')?.done ?? null,
    evidenceIds: row.evidenceIds,
    requestedBy: row.requestedBy,
    requesterName: deps.nameOf(row.requestedBy) ?? '',
    requestedAt: row.requestedAt,
    decidedBy: row.decidedBy,
    deciderName: row.decidedBy && deps.nameOf(row.decidedBy),
    decidedAt: row.decidedAt,
    decisionReason: decisionReason(row),
    expiresAt: row.expiresAt,
    revoked: row.state === 'revoked' && row.endedIdx !== null ? revocation(row.endedIdx) : null,
  });
  const tell = (id: ApprovalId): Approval => {
    const approval = view(find(id));
    deps.publish('approval.changed', approval);
    moves.tell(approval.jobId);
    return approval;
  };

  const caseOf = createApprovalCase({ journal, store, clock, nameOf: deps.nameOf });

  const handlers = {
    'approvals.request': ({ jobId, reason, done, evidenceIds }, caller) => {
      const evidence = deps.evidenceHashes(jobId, evidenceIds);
      const id = ApprovalId.parse(random.uuidV7(clock.now()));
      database.write(tx => {
        const requestIdx = moves.request(tx, jobId, { approval: id, reason, evidence, done, by: caller.operatorId });
        store.insert(tx, {
          id,
          jobId,
          state: 'requested',
          reason,
          evidenceIds,
          requestedBy: caller.operatorId,
          requestedAt: new Date(clock.now()).toISOString(),
          requestIdx,
          decidedBy: null,
          decidedAt: null,
          decisionIdx: null,
          expiresAt: null,
          endedIdx: null,
        });
      });
      return tell(id);
    },
    'approvals.decide': async ({ approvalId, decision, reason, ...proof }, caller) => {
      const authenticated = await deps.reauthenticate(caller, proof);
      const at = clock.now();
      const expiresAt = at + deps.validMs();
      // What the request rests on must still be there to be judged.
      const { jobId, evidenceIds } = find(approvalId);
      if (decision === 'approve') deps.evidenceHashes(jobId, evidenceIds);
      database.write(tx => {
        const row = find(approvalId);
        if (row.state !== 'requested') throw new BenchError('conflict', 'This request was decided already.');
        const requesterAgain = deps.isSamePerson(row.requestedBy, caller.operatorId);
        const act = { approval: approvalId, by: caller.operatorId, requesterAgain, reason, authenticated };
        const idx =
          decision === 'approve'
            ? moves.approve(tx, row.jobId, { ...act, at, expiresAt })
            : moves.deny(tx, row.jobId, act);
        store.decide(tx, approvalId, {
          state: decision === 'approve' ? 'approved' : 'denied',
          by: caller.operatorId,
          at: new Date(at).toISOString(),
          idx,
          expiresAt: decision === 'approve' ? new Date(expiresAt).toISOString() : null,
        });
      });
      return tell(approvalId);
    },
    'approvals.revoke': ({ approvalId, reason }, caller) => {
      database.write(tx => {
        const row = find(approvalId);
        if (row.state !== 'approved') throw new BenchError('conflict', 'There is no unused approval to revoke.');
        const by = { by: caller.operatorId, admin: caller.role === 'admin' };
        store.end(tx, approvalId, 'revoked', moves.revoke(tx, row.jobId, { approval: approvalId, reason, ...by }));
      });
      return tell(approvalId);
    },
    'approvals.case': ({ approvalId }) => caseOf(find(approvalId)),
    'approvals.list': ({ state }) => (state === undefined ? store.all() : store.inState(state)).map(view),
  } satisfies Pick<Handlers, keyof typeof approvalMethods>;

  return {
    handlers,
    ofJob: (jobId: JobId) => store.ofJob(jobId).map(view),
    /** The time by which the approval is judged: never before what the journal has seen since it was given. */
    timeFor: (id: ApprovalId) => timeOf(find(id)),
    /** Marks the approval that a move used up, within the same transaction. */
    markUsed: (tx: Tx, id: ApprovalId) => store.end(tx, id, 'used'),
    /** Ends approvals whose time or whose job is over; call it at start and from time to time. */
    expireDue() {
      for (const row of [...store.inState('requested'), ...store.inState('approved')]) {
        if (!moves.isOver(row.jobId)) continue;
        database.write(tx => store.end(tx, row.id, 'expired'));
        deps.publish('approval.changed', view(find(row.id)));
      }
      for (const row of store.inState('approved')) {
        const at = timeOf(row);
        const due = row.expiresAt !== null && at >= Date.parse(row.expiresAt);
        if (!due || !moves.isWaiting(row.jobId)) continue;
        database.write(tx => {
          store.end(tx, row.id, 'expired', moves.expire(tx, row.jobId, { approval: row.id, at }));
        });
        tell(row.id);
      }
    },
  };
}

export type Approvals = ReturnType<typeof createApprovals>;
