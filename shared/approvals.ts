import { z } from 'zod';
import { Password } from './identity.ts';
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

export const ApprovalState = z.enum(['requested', 'approved', 'denied', 'used', 'expired']);
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
});
export type Approval = z.infer<typeof Approval>;

const Text = z.string().trim().min(10, 'say it in at least ten characters').max(5000);

export const approvalMethods = {
  'approvals.request': {
    input: z.object({
      jobId: JobId,
      reason: BypassReason,
      done: Text,
      evidenceIds: z.array(EvidenceId).min(1, 'at least one piece of evidence').max(20),
    }),
    output: Approval,
    access: 'bypass.request',
  },
  /** The decider re-authenticates in the very same call, so the proof is bound to this request. */
  'approvals.decide': {
    input: z.object({
      approvalId: ApprovalId,
      decision: z.enum(['approve', 'deny']),
      reason: Text,
      password: Password,
    }),
    output: Approval,
    access: 'bypass.decide',
  },
  'approvals.list': {
    input: z.object({ state: ApprovalState.optional() }),
    output: z.array(Approval),
    access: 'bench.read',
  },
} as const satisfies MethodSpecs;

export const approvalEvents = { 'approval.changed': Approval } as const satisfies EventSpecs;
