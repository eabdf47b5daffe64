import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type JobSnapshot,
  newJob,
  placeOfJob,
  restoreJob,
  serialiseJob,
  step,
} from '../../electron/features/jobs/job.ts';
import type { IdentityTags, JobEvent } from '../../electron/features/jobs/job.types.ts';
import { type JobPlace, mandatorySteps, PostEraseCheck, StepId } from '../../shared/jobs.ts';

const mine: IdentityTags = { serial: ['s1'], imei: ['i1'], meid: [], eid: [] };
const other: IdentityTags = { serial: ['s2'], imei: ['i2'], meid: [], eid: [] };
const mixed: IdentityTags = { serial: ['s1'], imei: ['i2'], meid: [], eid: [] };
const nothing: IdentityTags = { serial: [], imei: [], meid: [], eid: [] };

const operators = fc.constantFrom('op_a', 'op_b', 'op_c');
const tags = fc.constantFrom<IdentityTags | null>(mine, mine, other, mixed, nothing, null);
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

const event: fc.Arbitrary<JobEvent> = fc.oneof(
  fc.record({
    type: fc.constant('intake.completed' as const),
    condition: fc.record({
      simCard: present,
      memoryCard: present,
      powersOn: fc.boolean(),
      screen: fc.constant('intact'),
      housing: fc.constant('intact'),
      batterySwollen: fc.boolean(),
    } as const),
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
    approval: fc.constantFrom('a1', 'a2'),
    by: operators,
    evidence: fc.integer({ min: 0, max: 2 }),
  }),
  fc.record({
    type: fc.constant('bypass.approved' as const),
    approval: fc.constantFrom('a1', 'a2'),
    by: operators,
    at,
    expiresAt: at,
  }),
  fc.record({ type: fc.constant('bypass.denied' as const), approval: fc.constantFrom('a1', 'a2'), by: operators }),
  fc.record({ type: fc.constant('bypass.expired' as const), at }),
  fc.record({ type: fc.constant('functional.begun' as const), at }),
  fc.record({
    type: fc.constant('step.recorded' as const),
    step: fc.constantFrom(...StepId.options),
    result: fc.constantFrom('pass', 'fail', 'skip'),
    reasoned: fc.boolean(),
    by: operators,
  }),
  fc.record({ type: fc.constant('locks.recorded' as const), locks }),
  fc.record({ type: fc.constant('lock.waived' as const), lock: fc.constantFrom('activation', 'frp') }),
  fc.record({ type: fc.constantFrom('functional.finished', 'job.rejected', 'job.held', 'job.released') } as const),
  fc.record({ type: fc.constant('sample.verified' as const), passed: fc.boolean(), by: operators }),
  fc.record({ type: fc.constant('job.signed_off' as const), by: operators }),
);

/** Events that lead on from each place, so that random walks get far. */
const onward: Partial<Record<JobPlace, JobEvent[]>> = {
  intake: [
    {
      type: 'intake.completed',
      condition: {
        simCard: 'absent',
        memoryCard: 'absent',
        powersOn: true,
        screen: 'intact',
        housing: 'intact',
        batterySwollen: false,
      },
    },
  ],
  'reset.awaiting_start': [
    { type: 'erase.started', at: 1, by: 'op_a', read: mine, label: 'none', legalHold: false, owner: 'nobody' },
  ],
  'reset.erasing': [
    { type: 'erase.reported', success: true },
    { type: 'erase.reported', success: false },
  ],
  'reset.verifying': [{ type: 'erase.checked', read: mine, checks: [], drawn: false }],
  'reset.erased': [{ type: 'functional.begun', at: 5 }],
  'reset.erase_failed': [{ type: 'bypass.requested', approval: 'a1', by: 'op_a', evidence: 1 }],
  'reset.bypass_requested': [{ type: 'bypass.approved', approval: 'a1', by: 'op_b', at: 10, expiresAt: 1_000 }],
  'reset.bypass_approved': [{ type: 'functional.begun', at: 500 }],
  qc: [{ type: 'job.signed_off', by: 'op_b' }],
  on_hold: [{ type: 'job.released' }],
};

function onwardFrom(job: JobSnapshot): JobEvent[] {
  if (placeOfJob(job) !== 'functional') return onward[placeOfJob(job)] ?? [];
  const missing = mandatorySteps.find(id => !job.context.steps[id]);
  if (missing === undefined) return [{ type: 'functional.finished' }];
  return [{ type: 'step.recorded', step: missing, result: 'pass', reasoned: false, by: 'op_a' }];
}

/** Takes random events, or ones that lead on; calls back for every step that the machine took. */
function walk(
  moves: (JobEvent | number)[],
  selfSignOff: boolean,
  onStep: (before: JobSnapshot, taken: JobEvent, after: JobSnapshot) => void,
) {
  let job = newJob({ identity: mine, policy: { selfSignOff, unknownLocksPass: true } });
  for (const move of moves) {
    const choices = onwardFrom(job);
    const next = typeof move === 'number' ? choices[move % Math.max(1, choices.length)] : move;
    if (!next || !job.can(next)) continue;
    // Every step goes through the disk, as after a restart.
    const after = restoreJob(serialiseJob(step(job, next)));
    onStep(job, next, after);
    job = after;
  }
  return job;
}

const moves = fc.array(fc.oneof({ weight: 1, arbitrary: event }, { weight: 3, arbitrary: fc.nat(40) }), {
  maxLength: 80,
  size: 'max',
});
const runs = { numRuns: 1_500 };

describe('no sequence of events', () => {
  test('reaches functional without an erasure or a used, unexpired approval by another person', () => {
    let reached = 0;
    fc.assert(
      fc.property(moves, walkMoves => {
        walk(walkMoves, false, (before, taken, after) => {
          if (placeOfJob(after) !== 'functional' || placeOfJob(before) === 'functional') return;
          if (!placeOfJob(before).startsWith('reset')) return;
          reached++;
          const { erasure, usedApprovals } = after.context;
          const approval = before.context.approval;
          if (placeOfJob(before) === 'reset.erased') {
            expect(['erased_verified', 'erased_with_exceptions']).toContain(erasure);
          } else {
            expect(erasure).toBe('manual_bypass');
            expect(approval?.expiresAt).toBeGreaterThan(
              taken.type === 'functional.begun' ? taken.at : Number.POSITIVE_INFINITY,
            );
            expect(usedApprovals).toContain(approval?.id);
            expect(before.context.usedApprovals).not.toContain(approval?.id);
          }
        });
      }),
      runs,
    );
    expect(reached).toBeGreaterThan(100);
  });

  test('lets the requester approve a bypass', () => {
    fc.assert(
      fc.property(moves, walkMoves => {
        walk(walkMoves, false, (before, taken) => {
          if (taken.type === 'bypass.approved' || taken.type === 'bypass.denied') {
            expect(taken.by).not.toBe(before.context.approval?.requestedBy);
          }
        });
      }),
      runs,
    );
  });

  test('starts an erase without a fresh read of the very device', () => {
    let started = 0;
    fc.assert(
      fc.property(moves, walkMoves => {
        walk(walkMoves, false, (_, taken) => {
          if (taken.type !== 'erase.started') return;
          started++;
          expect(taken).toMatchObject({ read: mine, legalHold: false, owner: 'nobody' });
          expect(taken.label).not.toBe('differs');
        });
      }),
      runs,
    );
    expect(started).toBeGreaterThan(100);
  });

  test('calls anything erased that was not read again, or that a check speaks against', () => {
    fc.assert(
      fc.property(moves, walkMoves => {
        walk(walkMoves, false, (before, taken, after) => {
          if (
            placeOfJob(after) !== 'reset.erased' ||
            placeOfJob(before) === 'reset.erased' ||
            placeOfJob(before) === 'on_hold'
          )
            return;
          expect(placeOfJob(before)).toBe('reset.verifying');
          if (taken.type !== 'erase.checked') throw new Error(`erased by ${taken.type}`);
          expect(taken.read).toEqual(mine);
          expect(taken.checks.map(c => c.outcome)).not.toContain('fail');
          const open = taken.checks.some(c => c.outcome === 'not_possible');
          expect(after.context.erasure).toBe(open ? 'erased_with_exceptions' : 'erased_verified');
        });
      }),
      runs,
    );
  });

  test('completes a job without an independent sign-off, or a self sign-off that policy allows and the draw does not forbid', () => {
    let completed = 0;
    fc.assert(
      fc.property(moves, fc.boolean(), (walkMoves, selfSignOff) => {
        walk(walkMoves, selfSignOff, (before, taken, after) => {
          if (placeOfJob(after) !== 'completed') return;
          completed++;
          if (taken.type !== 'job.signed_off') throw new Error(`completed by ${taken.type}`);
          const { testers, sampling, locks: found, waived } = before.context;
          const self = testers.includes(taken.by);
          expect(after.context.selfSignedOff).toBe(self);
          if (self) expect(selfSignOff && !sampling.drawn).toBe(true);
          if (sampling.drawn) expect(sampling.verifiedBy).not.toBeNull();
          for (const [lock, state] of Object.entries(found)) if (state === 'locked') expect(waived).toContain(lock);
        });
      }),
      runs,
    );
    expect(completed).toBeGreaterThan(50);
  });

  test('releases a held job to anywhere but where it came from', () => {
    fc.assert(
      fc.property(moves, walkMoves => {
        let heldFrom: JobPlace | null = null;
        walk(walkMoves, false, (before, taken, after) => {
          if (taken.type === 'job.held') heldFrom = placeOfJob(before);
          if (taken.type === 'job.released') expect(placeOfJob(after)).toBe(heldFrom);
        });
      }),
      runs,
    );
  });
});

test('every place of the machine is reached by the walks', () => {
  const seen = new Set<JobPlace>(['intake']);
  fc.assert(
    fc.property(moves, fc.boolean(), (walkMoves, fail) => {
      const job = walk(walkMoves, true, (_, __, after) => seen.add(placeOfJob(after)));
      if (fail && job.can({ type: 'job.failed' })) seen.add(placeOfJob(step(job, { type: 'job.failed' })));
    }),
    runs,
  );
  expect([...seen].sort()).toEqual(
    [
      'completed',
      'failed',
      'functional',
      'on_hold',
      'qc',
      'reset.awaiting_start',
      'reset.bypass_approved',
      'reset.bypass_requested',
      'reset.erase_failed',
      'reset.erased',
      'reset.erasing',
      'reset.interrupted',
      'reset.verifying',
      'intake',
    ].sort(),
  );
});

describe('a reboot during an erase', () => {
  const erasing = () => walk([0, 0], false, () => {});

  test('is no unplug while the announced window lasts', () => {
    const rebooting = step(erasing(), { type: 'erase.rebooting', until: 100 });
    expect(() => step(rebooting, { type: 'erase.interrupted', cause: 'unplugged', at: 99 })).toThrow(
      'reboots as announced',
    );
    expect(placeOfJob(step(rebooting, { type: 'erase.interrupted', cause: 'unplugged', at: 100 }))).toBe(
      'reset.interrupted',
    );
  });

  test('does not excuse a restart of the bench', () => {
    const rebooting = step(erasing(), { type: 'erase.rebooting', until: 100 });
    expect(placeOfJob(step(rebooting, { type: 'erase.interrupted', cause: 'restart', at: 1 }))).toBe(
      'reset.interrupted',
    );
  });
});
