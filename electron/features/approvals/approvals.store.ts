import { z } from 'zod';
import { ApprovalState, BypassReason } from '../../../shared/approvals.ts';
import { ApprovalId, EvidenceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

export type ApprovalRow = {
  id: ApprovalId;
  jobId: JobId;
  state: ApprovalState;
  reason: BypassReason;
  evidenceIds: EvidenceId[];
  requestedBy: OperatorId;
  requestedAt: string;
  requestIdx: number;
  decidedBy: OperatorId | null;
  decidedAt: string | null;
  decisionIdx: number | null;
  expiresAt: string | null;
  /** Journal index of the entry that ended it before its use. */
  endedIdx: number | null;
};

const toRow = (raw: Tables['approval']): ApprovalRow => ({
  id: ApprovalId.parse(raw.id),
  jobId: JobId.parse(raw.job),
  state: ApprovalState.parse(raw.state),
  reason: BypassReason.parse(raw.reason),
  evidenceIds: z.array(EvidenceId).parse(JSON.parse(raw.evidence)),
  requestedBy: OperatorId.parse(raw.requested_by),
  requestedAt: raw.requested_at,
  requestIdx: raw.request_idx,
  decidedBy: raw.decided_by === null ? null : OperatorId.parse(raw.decided_by),
  decidedAt: raw.decided_at,
  decisionIdx: raw.decision_idx,
  expiresAt: raw.expires_at,
  endedIdx: raw.ended_idx,
});

/** Queries of the approvals. */
export function createApprovalsStore(read: Reads) {
  const rows = query.selectFrom('approval').selectAll();
  return {
    find: (id: ApprovalId): ApprovalRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    all: () => read.all(rows.orderBy('requested_at', 'desc').limit(1_000)).map(toRow),
    inState: (state: ApprovalState) => read.all(rows.where('state', '=', state).orderBy('requested_at')).map(toRow),
    ofJob: (jobId: JobId) => read.all(rows.where('job', '=', jobId).orderBy('requested_at')).map(toRow),
    insert(tx: Tx, row: ApprovalRow) {
      tx.run(
        query.insertInto('approval').values({
          id: row.id,
          job: row.jobId,
          state: row.state,
          reason: row.reason,
          evidence: JSON.stringify(row.evidenceIds),
          requested_by: row.requestedBy,
          requested_at: row.requestedAt,
          request_idx: row.requestIdx,
          decided_by: row.decidedBy,
          decided_at: row.decidedAt,
          decision_idx: row.decisionIdx,
          expires_at: row.expiresAt,
          ended_idx: row.endedIdx,
        }),
      );
    },
    decide(
      tx: Tx,
      id: ApprovalId,
      decision: { state: 'approved' | 'denied'; by: OperatorId; at: string; idx: number; expiresAt: string | null },
    ) {
      tx.run(
        query
          .updateTable('approval')
          .set({
            state: decision.state,
            decided_by: decision.by,
            decided_at: decision.at,
            decision_idx: decision.idx,
            expires_at: decision.expiresAt,
          })
          .where('id', '=', id)
          .where('state', '=', 'requested'),
      );
    },
    end(tx: Tx, id: ApprovalId, state: 'used' | 'expired' | 'revoked', endedIdx: number | null = null) {
      tx.run(query.updateTable('approval').set({ state, ended_idx: endedIdx }).where('id', '=', id));
    },
    /** How many requests of this person since an instant stand in each state. */
    countsOf: (operator: OperatorId, since: string) =>
      read.all(
        query
          .selectFrom('approval')
          .select(['state', eb => eb.fn.countAll<number>().as('count')])
          .where('requested_by', '=', operator)
          .where('requested_at', '>=', since)
          .groupBy('state'),
      ),
  };
}

export type ApprovalsStore = ReturnType<typeof createApprovalsStore>;
