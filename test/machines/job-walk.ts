import fc from 'fast-check';
import { type createJobSteps, type JobSnapshot, placeOfJob, serialiseJob } from '../../electron/features/jobs/job.ts';
import type { CarriedFacts, IdentityTags, JobEvent } from '../../electron/features/jobs/job.types.ts';
import { builtInSteps, type Checklist } from '../../shared/checklists.ts';
import { type JobPlace, PostEraseCheck } from '../../shared/jobs.ts';

export const mine: IdentityTags = { serial: ['s1'], imei: ['i1'], meid: [], eid: [] };
const other: IdentityTags = { serial: ['s2'], imei: ['i2'], meid: [], eid: [] };
const mixed: IdentityTags = { serial: ['s1'], imei: ['i2'], meid: [], eid: [] };
const nothing: IdentityTags = { serial: [], imei: [], meid: [], eid: [] };

const operators = fc.constantFrom('op_a', 'op_b', 'op_c');
const approvals = fc.constantFrom('a1', 'a2');
const tags = fc.constantFrom<IdentityTags | null>(mine, mine, other, mixed, nothing, null);
// The clock is set back and forth between any two events.
const at = fc.integer({ min: 0, max: 2_000 });
const locks = fc.record({
  activation: fc.constantFrom('clear', 'locked', 'unknown'),
  frp: fc.constantFrom('clear', 'locked', 'unknown'),
  mdm: fc.constant('clear'),
  blacklist: fc.constant('unknown'),
} as const);
const checks = fc.array(
  fc.record({
    name: fc.constantFrom(...PostEraseCheck.shape.name.options),
    outcome: fc.constantFrom(...PostEraseCheck.shape.outcome.options),
  }),
  { maxLength: 4 },
);
const present = fc.constantFrom('removed', 'absent', 'absent', 'present');

const condition = fc.record({
  simCard: present,
  memoryCard: present,
  powersOn: fc.boolean(),
  screen: fc.constant('intact'),
  housing: fc.constant('intact'),
  batterySwollen: fc.boolean(),
} as const);
const carried: fc.Arbitrary<CarriedFacts> = fc.record({
  condition: fc.option(condition),
  attempts: fc.nat(3),
  interruptions: fc.nat(3),
  erasure: fc.constantFrom(null, 'failed', 'indeterminate', 'erased_verified', 'manual_bypass'),
  drawn: fc.boolean(),
  eraseOperators: fc.uniqueArray(operators),
});

const builtIn: Checklist = { type: 'phone', version: 1, sha256: '0'.repeat(64), steps: [...builtInSteps] };
/** Another list of the site: one step less, and one that is measured. */
const bySite: Checklist = {
  ...builtIn,
  version: 2,
  steps: [
    ...builtInSteps.filter(({ id }) => id !== 'touch'),
    { id: 'battery', label: 'Battery', mandatory: true, diagnostics: [], limit: { unit: '%', min: '80', max: null } },
  ],
};
const lists = [builtIn, bySite];

const event: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.record({ type: fc.constant('job.handed_over' as const), legalHold: fc.boolean() }),
  fc.record({ type: fc.constant('job.taken_over' as const), handover: fc.constantFrom('h1', 'h2'), carried }),
  fc.record({
    type: fc.constant('intake.completed' as const),
    condition,
  }),
  fc.record({
    type: fc.constant('erase.started' as const),
    at,
    by: operators,
    read: tags,
    label: fc.constantFrom('none', 'none', 'matches', 'differs'),
    legalHold: fc.constantFrom(false, false, true),
    owner: fc.constantFrom('nobody', 'nobody', 'other'),
  }),
  fc.record({ type: fc.constant('erase.rebooting' as const), until: at }),
  fc.record({
    type: fc.constant('erase.interrupted' as const),
    cause: fc.constantFrom('restart', 'unplugged', 'tool_lost', 'stalled'),
    at,
  }),
  fc.record({ type: fc.constant('erase.reported' as const), success: fc.boolean() }),
  fc.record({ type: fc.constant('erase.checked' as const), read: tags, checks, drawn: fc.boolean() }),
  fc.record({
    type: fc.constant('bypass.requested' as const),
    approval: approvals,
    by: operators,
    evidence: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({
    type: fc.constant('bypass.approved' as const),
    approval: approvals,
    by: operators,
    requesterAgain: fc.boolean(),
    at,
    expiresAt: at,
  }),
  fc.record({
    type: fc.constant('bypass.denied' as const),
    approval: approvals,
    by: operators,
    requesterAgain: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('bypass.revoked' as const),
    approval: approvals,
    by: operators,
    admin: fc.boolean(),
  }),
  fc.record({ type: fc.constant('bypass.expired' as const), at }),
  fc.record({ type: fc.constant('functional.begun' as const), at, checklist: fc.constantFrom(...lists) }),
  fc.record({
    type: fc.constant('step.recorded' as const),
    step: fc.constantFrom('battery', ...builtInSteps.map(({ id }) => id)),
    result: fc.constantFrom('pass', 'fail', 'skip'),
    reasoned: fc.boolean(),
    measured: fc.constantFrom(null, { value: 79, unit: '%' }, { value: 80, unit: '%' }, { value: 90, unit: 'V' }),
    by: operators,
  }),
  fc.record({ type: fc.constant('locks.recorded' as const), locks }),
  fc.record({ type: fc.constant('lock.waived' as const), lock: fc.constantFrom('activation', 'frp') }),
  fc.record({ type: fc.constantFrom('functional.finished', 'job.rejected', 'job.held', 'job.released') } as const),
  fc.record({
    type: fc.constant('sample.verified' as const),
    passed: fc.boolean(),
    by: operators,
    eraserAgain: fc.boolean(),
  }),
  fc.record({ type: fc.constant('job.signed_off' as const), by: operators, testerAgain: fc.boolean() }),
);

const accepted = {
  simCard: 'absent',
  memoryCard: 'absent',
  powersOn: true,
  screen: 'intact',
  housing: 'intact',
  batterySwollen: false,
} as const;
const fromElsewhere = (drawn: boolean): CarriedFacts => ({
  condition: accepted,
  attempts: 1,
  interruptions: 0,
  erasure: 'failed',
  drawn,
  eraseOperators: ['op_c'],
});
const start = { type: 'erase.started', at: 1, by: 'op_a', read: mine, label: 'none' } as const;
const approve = { type: 'bypass.approved', approval: 'a1', at: 10, expiresAt: 1_000 } as const;
const clear = { activation: 'clear', frp: 'clear', mdm: 'clear', blacklist: 'clear' } as const;

/** Events that lead on from each place, so that random walks get far. */
const onward: Partial<Record<JobPlace, JobEvent[]>> = {
  intake: [
    {
      type: 'intake.completed',
      condition: accepted,
    },
    ...[false, true].map(
      (drawn): JobEvent => ({ type: 'job.taken_over', handover: 'h1', carried: fromElsewhere(drawn) }),
    ),
  ],
  'reset.awaiting_start': [{ ...start, legalHold: false, owner: 'nobody' }],
  'reset.erasing': [
    { type: 'erase.reported', success: true },
    { type: 'erase.reported', success: false },
    { type: 'erase.rebooting', until: 1_500 },
    { type: 'erase.interrupted', cause: 'unplugged', at: 1_000 },
  ],
  'reset.verifying': [
    { type: 'erase.checked', read: mine, checks: [], drawn: false },
    { type: 'erase.checked', read: mine, checks: [], drawn: true },
  ],
  'reset.erased': [{ type: 'functional.begun', at: 5, checklist: bySite }],
  'reset.erase_failed': [{ type: 'bypass.requested', approval: 'a1', by: 'op_a', evidence: 1 }],
  'reset.interrupted': [{ ...start, legalHold: false, owner: 'nobody' }],
  'reset.bypass_requested': [{ ...approve, by: 'op_b', requesterAgain: false }],
  'reset.bypass_approved': [{ type: 'functional.begun', at: 500, checklist: builtIn }],
  qc: [
    { type: 'job.signed_off', by: 'op_b', testerAgain: false },
    { type: 'sample.verified', passed: true, by: 'op_b', eraserAgain: false },
    { type: 'sample.verified', passed: false, by: 'op_b', eraserAgain: false },
    { type: 'locks.recorded', locks: clear },
  ],
  on_hold: [{ type: 'job.released' }],
};

function onwardFrom(job: JobSnapshot): JobEvent[] {
  if (placeOfJob(job) !== 'functional') return onward[placeOfJob(job)] ?? [];
  const { checklist, steps } = job.context;
  const missing = (checklist ?? builtIn).steps.find(({ id, mandatory }) => mandatory && !steps[id]);
  if (missing === undefined) return [{ type: 'functional.finished' }];
  const measured = missing.limit && { value: 80, unit: '%' };
  return [{ type: 'step.recorded', step: missing.id, result: 'pass', reasoned: false, measured, by: 'op_a' }];
}

export type Move = JobEvent | number;
export type Policy = { selfSignOff: boolean; unknownLocksPass: boolean };
export type Steps = ReturnType<typeof createJobSteps>;

/** Random events among ones that lead on. */
export const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof({ weight: 1, arbitrary: event }, { weight: 3, arbitrary: fc.nat(41) }),
  { maxLength: 80, size: 'max' },
);
export const policies: fc.Arbitrary<Policy> = fc.record({ selfSignOff: fc.boolean(), unknownLocksPass: fc.boolean() });

/** Takes the moves that the machine takes and calls back for each of these. */
export function walk(
  steps: Steps,
  wanted: readonly Move[],
  policy: Policy,
  onStep: (before: JobSnapshot, taken: JobEvent, after: JobSnapshot) => void,
): JobSnapshot {
  let job = steps.newJob({ identity: mine, policy });
  for (const move of wanted) {
    const choices = onwardFrom(job);
    const next = typeof move === 'number' ? choices[move % Math.max(1, choices.length)] : move;
    if (!next || !job.can(next)) continue;
    // Every step goes through the disk, as after a restart or a restore.
    const after = steps.restoreJob(serialiseJob(steps.step(job, next)));
    onStep(job, next, after);
    job = after;
  }
  return job;
}
