import { z } from 'zod';
import { Checklist, DeviceType, Step, StepId } from './checklists.ts';
import { Identifiers, ShownFact } from './devices.ts';
import { ApprovalId, DeviceId, Instant, JobId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';

export const JobState = z.enum([
  'intake',
  'reset',
  'functional',
  'qc',
  'completed',
  'failed',
  'on_hold',
  'handed_over',
]);
export type JobState = z.infer<typeof JobState>;

export const ResetState = z.enum([
  'awaiting_start',
  'erasing',
  'interrupted',
  'verifying',
  'erased',
  'erase_failed',
  'bypass_requested',
  'bypass_approved',
]);
export type ResetState = z.infer<typeof ResetState>;

/** A job's place in its machine, as one word: `intake`, `reset.erasing`, `qc`, … */
export const JobPlace = z.enum([
  'intake',
  'reset.awaiting_start',
  'reset.erasing',
  'reset.interrupted',
  'reset.verifying',
  'reset.erased',
  'reset.erase_failed',
  'reset.bypass_requested',
  'reset.bypass_approved',
  'functional',
  'qc',
  'completed',
  'failed',
  'on_hold',
  'handed_over',
]);
export type JobPlace = z.infer<typeof JobPlace>;

/** Where a job is over, and nothing but corrections of its record happen any more. */
export const overPlaces = ['completed', 'failed', 'handed_over'] as const satisfies JobPlace[];
export const isOver = (place: JobPlace | JobState): boolean => overPlaces.some(over => over === place);

/** A step of the job machine, as its entry says it. */
export const JobMove = z.object({ from: JobPlace, to: JobPlace });

/** Printed on every certificate, always one of these. */
export const ErasureStatus = z.enum([
  'erased_verified',
  'erased_with_exceptions',
  'manual_bypass',
  'failed',
  'indeterminate',
]);
export type ErasureStatus = z.infer<typeof ErasureStatus>;

export const TestResult = z.enum(['pass', 'fail', 'skip', 'pending']);
export type TestResult = z.infer<typeof TestResult>;

const Presence = z.enum(['removed', 'absent', 'present']);

/** Typed intake record. Every field must be answered; `present` cards stop the job from leaving intake. */
export const Condition = z.object({
  simCard: Presence,
  memoryCard: Presence,
  powersOn: z.boolean(),
  screen: z.enum(['intact', 'scratched', 'cracked', 'broken']),
  housing: z.enum(['intact', 'scratched', 'dented', 'broken']),
  batterySwollen: z.boolean(),
});
export type Condition = z.infer<typeof Condition>;

export const LockKind = z.enum(['activation', 'frp', 'mdm', 'blacklist']);
export type LockKind = z.infer<typeof LockKind>;
/** `unknown` is printed as not checked and never as clear. */
export const LockState = z.enum(['clear', 'locked', 'unknown']);
export type LockState = z.infer<typeof LockState>;
export const Locks = z.record(LockKind, LockState);
export type Locks = z.infer<typeof Locks>;

/** A check made after an erase. `not_possible`: the protocol cannot tell, so it becomes a named exception. */
export const PostEraseCheck = z.object({
  name: z.enum(['identity', 'setup_state', 'accounts', 'duration', 'raw_result', 'certificate']),
  outcome: z.enum(['pass', 'fail', 'not_possible']),
});
export type PostEraseCheck = z.infer<typeof PostEraseCheck>;

const Text = z.string().trim().min(3).max(5000);

export const EraseView = z.object({
  attempts: z.int(),
  interruptions: z.int(),
  /** Of the running attempt, 0 to 100; null when none runs or nothing was told yet. */
  percent: z.number().min(0).max(100).nullable(),
  phase: z.string().nullable(),
  startedAt: Instant.nullable(),
  status: ErasureStatus.nullable(),
  exceptions: z.array(PostEraseCheck.shape.name),
});

export const StepView = Step.omit({ diagnostics: true }).extend({ result: TestResult });

/** What can be asked of a job; the machine says which are open in its present state. */
export const JobAction = z.enum([
  'complete_intake',
  'start_erase',
  'request_bypass',
  'decide_bypass',
  'begin_functional',
  'record_step',
  'record_locks',
  'finish_functional',
  'waive_lock',
  'verify_sample',
  'sign_off',
  'reject',
  'hold',
  'release',
  'hand_over',
  'fail',
]);
export type JobAction = z.infer<typeof JobAction>;

export const Job = z.object({
  id: JobId,
  /** Station-prefixed, never reused: `B07-10001`. */
  ticket: z.string(),
  deviceId: DeviceId,
  place: JobPlace,
  state: JobState,
  manufacturer: ShownFact,
  model: ShownFact,
  /** Masked for roles without `pii.read`; nulls when erased. */
  identifiers: Identifiers,
  openedAt: Instant,
  updatedAt: Instant,
  previousTicket: z.string().nullable(),
  condition: Condition.nullable(),
  erase: EraseView,
  /** What is tested, and by which list; the built-in steps before the functional test has begun. */
  steps: z.array(StepView),
  checklist: Checklist.pick({ type: true, version: true }).nullable(),
  locks: Locks,
  waivedLocks: z.array(LockKind),
  approvalId: ApprovalId.nullable(),
  /** Drawn for independent sampling verification (R2v3). */
  sampled: z.boolean(),
  sampleVerified: z.boolean(),
  selfSignedOff: z.boolean(),
  /** Last reason given (hold, fail, reject, skip of the whole job), in the operator's words; null when erased. */
  reason: z.string().nullable(),
  /** True while the very device of this job is attached and ready. */
  attached: z.boolean(),
  actions: z.array(JobAction),
});
export type Job = z.infer<typeof Job>;

/** A number that can be written out in plain decimal digits, as every document prints it. */
const Measured = z.number().refine(value => /^-?\d{1,20}(\.\d{1,20})?$/.test(String(value)), 'a plain decimal number');

const jobInput = z.object({ jobId: JobId });
const reasoned = jobInput.extend({ reason: Text });

export const jobMethods = {
  'jobs.open': { input: z.object({ deviceId: DeviceId }), output: Job, access: 'job.work' },
  'jobs.list': { input: z.object({ open: z.boolean().optional() }), output: z.array(Job), access: 'bench.read' },
  'jobs.get': { input: jobInput, output: Job, access: 'bench.read' },
  'jobs.complete_intake': { input: jobInput.extend({ condition: Condition }), output: Job, access: 'job.work' },
  /** `label` is the scanned label (IMEI or serial) where the site uses one; it must then name this device. */
  'jobs.start_erase': {
    input: jobInput.extend({ label: z.string().trim().min(1).max(128).optional() }),
    output: Job,
    access: 'job.work',
  },
  /** The job keeps the newest list of this type from now on. */
  'jobs.begin_functional': {
    input: jobInput.extend({ deviceType: DeviceType.default('phone') }),
    output: Job,
    access: 'job.work',
  },
  'jobs.record_step': {
    input: jobInput.extend({
      stepId: StepId,
      result: z.enum(['pass', 'fail', 'skip']),
      /** Needed for a skip. */
      reason: Text.optional(),
      measurement: z.object({ value: Measured, unit: z.string().min(1).max(16) }).optional(),
    }),
    output: Job,
    access: 'job.work',
  },
  /**
   * Lets the tool test the attached device and records what it decides of the check-list; answers when it is done. Nothing
   * is recorded when the device leaves, is another one, or the tool ends without a result.
   */
  'jobs.run_diagnostics': { input: jobInput, output: Job, access: 'job.work' },
  'jobs.record_locks': { input: jobInput.extend({ locks: Locks }), output: Job, access: 'job.work' },
  'jobs.waive_lock': { input: reasoned.extend({ lock: LockKind }), output: Job, access: 'job.waive' },
  'jobs.finish_functional': { input: jobInput, output: Job, access: 'job.work' },
  'jobs.verify_sample': {
    input: jobInput.extend({ passed: z.boolean(), method: Text }),
    output: Job,
    access: 'job.qc',
  },
  'jobs.sign_off': { input: jobInput, output: Job, access: 'job.qc' },
  'jobs.reject': { input: reasoned, output: Job, access: 'job.qc' },
  'jobs.hold': { input: reasoned, output: Job, access: 'job.hold' },
  'jobs.release': { input: jobInput, output: Job, access: 'job.release' },
  'jobs.fail': { input: reasoned, output: Job, access: 'job.work' },
} as const satisfies MethodSpecs;

export const jobEvents = { 'job.changed': Job } as const satisfies EventSpecs;
