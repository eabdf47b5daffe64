import { z } from 'zod';
import { Proof } from './identity.ts';
import { ApprovalId, EvidenceId, Instant, JobId, OperatorId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';

export const BypassReason = z.enum([
  'will_not_boot',
  'unsupported_model',
  'storage_removed',
  'physically_destroyed',
  'erased_elsewhere',
  'other',
]);
export type BypassReason = z.infer<typeof BypassReason>;

export const ApprovalState = z.enum(['requested', 'approved', 'denied', 'used', 'expired', 'revoked']);
export type ApprovalState = z.infer<typeof ApprovalState>;

/** One request to leave `reset` without a tool-verified erase, and what a second person said to it. */
export const Approval = z.object({
  id: ApprovalId,
  jobId: JobId,
  ticket: z.string(),
  state: ApprovalState,
  reason: BypassReason,
  /** What was done instead, in the requester's words; null when erased. */
  done: z.string().nullable(),
  evidenceIds: z.array(EvidenceId),
  requestedBy: OperatorId,
  requesterName: z.string(),
  requestedAt: Instant,
  decidedBy: OperatorId.nullable(),
  deciderName: z.string().nullable(),
  decidedAt: Instant.nullable(),
  decisionReason: z.string().nullable(),
  expiresAt: Instant.nullable(),
  /** Who took an approval back before it was used, when and why. */
  revoked: z.object({ byName: z.string(), at: Instant, reason: z.string().nullable() }).nullable(),
});
export type Approval = z.infer<typeof Approval>;

/** One try to erase the device of a job, as the journal tells it. */
export const EraseAttempt = z.object({
  attempt: z.int(),
  startedAt: Instant,
  operatorName: z.string().nullable(),
  outcome: z.enum([
    'running',
    'interrupted',
    'reported',
    'erased_verified',
    'erased_with_exceptions',
    'failed',
    'indeterminate',
  ]),
  /** Code of the failure or cause of the interruption. */
  detail: z.string().nullable(),
});
export type EraseAttempt = z.infer<typeof EraseAttempt>;

/** How often somebody asked for a bypass, against the erasures that they started. */
export const BypassRate = z.object({
  days: z.int(),
  requests: z.int(),
  approved: z.int(),
  denied: z.int(),
  erases: z.int(),
});
export type BypassRate = z.infer<typeof BypassRate>;

const Text = z.string().trim().min(10, 'say it in at least ten characters').max(5000);

export const approvalMethods = {
  'approvals.request': {
    input: z.object({
      jobId: JobId,
      reason: BypassReason,
      done: Text,
      evidenceIds: z
        .array(EvidenceId)
        .min(1, 'at least one piece of evidence')
        .max(20)
        .refine(ids => new Set(ids).size === ids.length, 'each piece once'),
    }),
    output: Approval,
    access: 'bypass.request',
  },
  /** The decider re-authenticates in the very same call, so the proof is bound to this request. */
  'approvals.decide': {
    input: Proof.extend({
      approvalId: ApprovalId,
      decision: z.enum(['approve', 'deny']),
      reason: Text,
    }),
    output: Approval,
    access: 'bypass.decide',
  },
  /** Takes an approval back before it is used: by whoever gave it, or by an admin. */
  'approvals.revoke': {
    input: z.object({ approvalId: ApprovalId, reason: Text }),
    output: Approval,
    access: 'bypass.revoke',
  },
  /** What a second person needs to know before they decide; how often somebody asks is nothing for colleagues. */
  'approvals.case': {
    input: z.object({ approvalId: ApprovalId }),
    output: z.object({ attempts: z.array(EraseAttempt), rate: BypassRate }),
    access: 'journal.read',
  },
  'approvals.list': {
    input: z.object({ state: ApprovalState.optional() }),
    output: z.array(Approval),
    access: 'bench.read',
  },
} as const satisfies MethodSpecs;

export const approvalEvents = { 'approval.changed': Approval } as const satisfies EventSpecs;
