import type { BypassReason } from '../../../shared/approvals.ts';
import type { Authentication } from '../../../shared/events.ts';
import type { ApprovalId, JobId, OperatorId } from '../../../shared/ids.ts';
import { isOver } from '../../../shared/jobs.ts';
import type { Tx } from '../../database/database.ts';
import { placeOfJob } from './job.ts';
import type { Jobs } from './jobs.ts';

type Decision = {
  approval: ApprovalId;
  by: OperatorId;
  requesterAgain: boolean;
  reason: string;
  authenticated: Authentication;
};

/** The moves of a job that belong to a manual bypass, each within the caller's transaction; they return the entry's index. */
export function bypassMoves(jobs: Jobs) {
  return {
    request(
      tx: Tx,
      jobId: JobId,
      act: { approval: ApprovalId; reason: BypassReason; evidence: string[]; done: string; by: OperatorId },
    ) {
      const { approval, reason, evidence, done, by } = act;
      return jobs.advance(tx, jobId, {
        event: { type: 'bypass.requested', approval, by, evidence: evidence.length },
        type: 'job.bypass_requested',
        data: { approval, reason, evidence },
        by,
        pii: { text: { done } },
      });
    },
    approve(tx: Tx, jobId: JobId, act: Decision & { at: number; expiresAt: number }) {
      const { approval, by, requesterAgain, at, expiresAt, reason, authenticated } = act;
      return jobs.advance(tx, jobId, {
        event: { type: 'bypass.approved', approval, by, requesterAgain, at, expiresAt },
        type: 'job.bypass_approved',
        data: { approval, expiresAt: new Date(expiresAt).toISOString(), authenticated },
        by,
        pii: { text: { reason } },
      });
    },
    deny(tx: Tx, jobId: JobId, act: Decision) {
      const { approval, by, requesterAgain, reason, authenticated } = act;
      return jobs.advance(tx, jobId, {
        event: { type: 'bypass.denied', approval, by, requesterAgain },
        type: 'job.bypass_denied',
        data: { approval, authenticated },
        by,
        pii: { text: { reason } },
      });
    },
    revoke(tx: Tx, jobId: JobId, act: { approval: ApprovalId; by: OperatorId; admin: boolean; reason: string }) {
      const { approval, by, admin, reason } = act;
      return jobs.advance(tx, jobId, {
        event: { type: 'bypass.revoked', approval, by, admin },
        type: 'job.bypass_revoked',
        data: { approval },
        by,
        pii: { text: { reason } },
      });
    },
    expire(tx: Tx, jobId: JobId, act: { approval: ApprovalId; at: number }) {
      return jobs.advance(tx, jobId, {
        event: { type: 'bypass.expired', at: act.at },
        type: 'job.bypass_expired',
        data: { approval: act.approval },
        by: undefined,
      });
    },
    isOver: (jobId: JobId) => isOver(placeOfJob(jobs.find(jobId).snapshot)),
    isWaiting: (jobId: JobId) => placeOfJob(jobs.find(jobId).snapshot) === 'reset.bypass_approved',
    tell: (jobId: JobId) => {
      jobs.tell(jobId);
    },
    ticketOf: (jobId: JobId) => jobs.find(jobId).ticket,
  };
}
