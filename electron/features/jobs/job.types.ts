import type { Checklist, StepId } from '../../../shared/checklists.ts';
import type { Carried } from '../../../shared/handover.ts';
import type {
  Condition,
  ErasureStatus,
  JobPlace,
  LockKind,
  Locks,
  PostEraseCheck,
  TestResult,
} from '../../../shared/jobs.ts';

/** Keyed digests of identifiers, made with the key of the device's subject; never the identifiers themselves. */
export type IdentityTags = { serial: string[]; imei: string[]; meid: string[]; eid: string[] };

export type HoldablePlace = Exclude<
  JobPlace,
  'reset.erasing' | 'reset.verifying' | 'completed' | 'failed' | 'on_hold' | 'handed_over'
>;

/** What a job remembers. Plain JSON, no personal data: it is stored with every move. Times are ms since 1970. */
export type JobContext = {
  identity: IdentityTags;
  policy: { selfSignOff: boolean; unknownLocksPass: boolean };
  condition: Condition | null;
  attempts: number;
  interruptions: number;
  attempt: { startedAt: number; rebootUntil: number | null } | null;
  erasure: ErasureStatus | null;
  exceptions: PostEraseCheck['name'][];
  eraseOperators: string[];
  approval: { id: string; requestedBy: string; approvedBy: string | null; expiresAt: number | null } | null;
  usedApprovals: string[];
  steps: Partial<Record<StepId, TestResult>>;
  testers: string[];
  /** Taken when the functional test first began; absent before, and in jobs from before there were lists. */
  checklist?: Checklist | undefined;
  locks: Locks;
  waived: LockKind[];
  sampling: { drawn: boolean; verifiedBy: string | null };
  selfSignedOff: boolean;
  heldFrom: HoldablePlace | null;
  /** The hand-over by which it came from another station; absent for a job that began here. */
  takenOver?: string | undefined;
};

/** `inherited`: an earlier job of the device was drawn and ended without its verification, so this one is drawn too. */
export type JobInput = Pick<JobContext, 'identity' | 'policy'> & { inherited?: { eraseOperators: string[] } | null };

export type InterruptionCause = 'restart' | 'unplugged' | 'tool_lost' | 'stalled' | 'not_stored';

/** What the machine goes by of a job that began at another station. */
export type CarriedFacts = Omit<Carried, 'place' | 'eraseOperators'> & { eraseOperators: string[] };

/** Facts that happened. `by` is an operator id, `at` ms since 1970. */
export type JobEvent =
  | { type: 'intake.completed'; condition: Condition }
  | {
      type: 'erase.started';
      at: number;
      by: string;
      read: IdentityTags | null;
      label: 'none' | 'matches' | 'differs';
      legalHold: boolean;
      owner: 'nobody' | 'other';
    }
  | { type: 'erase.rebooting'; until: number }
  | { type: 'erase.interrupted'; cause: InterruptionCause; at: number }
  | { type: 'erase.reported'; success: boolean }
  | { type: 'erase.checked'; read: IdentityTags | null; checks: PostEraseCheck[]; drawn: boolean }
  | { type: 'bypass.requested'; approval: string; by: string; evidence: number }
  /** `requesterAgain`: another account that belongs to the requester. */
  | { type: 'bypass.approved'; approval: string; by: string; requesterAgain: boolean; at: number; expiresAt: number }
  | { type: 'bypass.denied'; approval: string; by: string; requesterAgain: boolean }
  | { type: 'bypass.revoked'; approval: string; by: string; admin: boolean }
  | { type: 'bypass.expired'; at: number }
  | { type: 'functional.begun'; at: number; checklist: Checklist }
  | {
      type: 'step.recorded';
      step: StepId;
      result: 'pass' | 'fail' | 'skip';
      reasoned: boolean;
      measured: { value: number; unit: string } | null;
      by: string;
    }
  | { type: 'locks.recorded'; locks: Locks }
  | { type: 'lock.waived'; lock: LockKind }
  | { type: 'functional.finished' }
  /** `eraserAgain`: another account that belongs to somebody who erased. */
  | { type: 'sample.verified'; passed: boolean; by: string; eraserAgain: boolean }
  /** `testerAgain`: another account that belongs to somebody who tested. */
  | { type: 'job.signed_off'; by: string; testerAgain: boolean }
  | { type: 'job.rejected' }
  | { type: 'job.failed' }
  | { type: 'job.held' }
  | { type: 'job.released' }
  | { type: 'job.handed_over'; legalHold: boolean }
  /** A job that began at another station goes on here, from where its intake was accepted. */
  | { type: 'job.taken_over'; handover: string; carried: CarriedFacts };
