import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type JobGuards, refuse } from '../../electron/features/jobs/job.guards.ts';
import { createJobSteps, placeOfJob } from '../../electron/features/jobs/job.ts';
import type { JobContext } from '../../electron/features/jobs/job.types.ts';
import type { Condition } from '../../shared/jobs.ts';
import { createOracle } from './job-oracle.ts';
import { moves, policies, walk } from './job-walk.ts';

/** What the walks find under these guards; null when they find nothing forbidden. */
function findForbidden(guards: JobGuards): string | null {
  const steps = createJobSteps(guards);
  let found: string | null = null;
  fc.assert(
    fc.property(moves, policies, (wanted, policy) => {
      if (found !== null) return;
      const oracle = createOracle(policy);
      walk(steps, wanted, policy, (before, event, after) => {
        found ??= oracle.see({ before: placeOfJob(before), event, after: placeOfJob(after) });
      });
    }),
    // A seed of its own: whether a guard is missed must not depend on luck.
    { numRuns: 8_000, seed: 20_260_101 },
  );
  return found;
}

const names = Object.keys(refuse) as (keyof JobGuards)[];

describe('a guard that is gone is noticed', () => {
  test.each(names)(
    '%s',
    name => {
      expect(findForbidden({ ...refuse, [name]: () => null })).not.toBeNull();
    },
    120_000,
  );
});

describe('a guard that says the opposite is noticed', () => {
  test.each(names)(
    '%s',
    name => {
      const guard: (context: JobContext, event: never) => string | null = refuse[name];
      const opposite = (context: JobContext, event: never) => (guard(context, event) === null ? 'refused' : null);
      expect(findForbidden({ ...refuse, [name]: opposite })).not.toBeNull();
    },
    120_000,
  );
});

const withoutSim = (condition: Condition | null): Condition | null => condition && { ...condition, simCard: 'removed' };

/** Each guard with one of its reasons taken away: it is shown a world in which that reason does not arise. */
const blinded: Record<string, Partial<JobGuards>> = {
  'a SIM card left in': {
    intake: (c, e) => refuse.intake(c, { ...e, condition: { ...e.condition, simCard: 'removed' } }),
  },
  'a memory card left in': {
    intake: (c, e) => refuse.intake(c, { ...e, condition: { ...e.condition, memoryCard: 'absent' } }),
  },
  'a legal hold': { eraseStart: (c, e) => refuse.eraseStart(c, { ...e, legalHold: false }) },
  "somebody else's device": { eraseStart: (c, e) => refuse.eraseStart(c, { ...e, owner: 'nobody' }) },
  'a SIM card left in elsewhere': {
    takeOver: (c, e) =>
      refuse.takeOver(c, { ...e, carried: { ...e.carried, condition: withoutSim(e.carried.condition) } }),
  },
  'a job taken over twice': { takeOver: (c, e) => refuse.takeOver({ ...c, takenOver: undefined }, e) },
  'another device on the cable': { eraseStart: (c, e) => refuse.eraseStart(c, { ...e, read: c.identity }) },
  'a label that differs': { eraseStart: (c, e) => refuse.eraseStart(c, { ...e, label: 'none' }) },
  'a bypass without evidence': { bypassRequest: (c, e) => refuse.bypassRequest(c, { ...e, evidence: 1 }) },
  'an approval used before': {
    bypassRequest: (c, e) => refuse.bypassRequest({ ...c, usedApprovals: [] }, e),
    useApproval: (c, e) => refuse.useApproval({ ...c, usedApprovals: [] }, e),
  },
  'a decision on another request': {
    bypassDecision: (c, e) => refuse.bypassDecision(c, { ...e, approval: c.approval?.id ?? '' }),
  },
  'a decision by the requester': {
    bypassDecision: (c, e) => refuse.bypassDecision(c, { ...e, by: 'nobody' }),
  },
  'a decision by the second account of the requester': {
    bypassDecision: (c, e) => refuse.bypassDecision(c, { ...e, requesterAgain: false }),
  },
  'an approval born dead': {
    bypassDecision: (c, e) => refuse.bypassDecision(c, e.type === 'bypass.approved' ? { ...e, expiresAt: 9_999 } : e),
  },
  'a revocation of nothing': {
    bypassRevocation: (c, e) => refuse.bypassRevocation(c, { ...e, approval: c.approval?.id ?? '' }),
  },
  'a revocation by anybody': { bypassRevocation: (c, e) => refuse.bypassRevocation(c, { ...e, admin: true }) },
  'an expired approval': { useApproval: (c, e) => refuse.useApproval(c, { ...e, at: -1 }) },
  'a step of another list': { step: (c, e) => refuse.step(c, { ...e, step: 'display' }) },
  'a pass against its measurement': {
    step: (c, e) => refuse.step(c, { ...e, measured: { value: 80, unit: '%' } }),
  },
  'a sample that was not drawn': {
    sample: (c, e) => refuse.sample({ ...c, sampling: { ...c.sampling, drawn: true } }, e),
  },
  'a sample verified by whoever erased': { sample: (c, e) => refuse.sample({ ...c, eraseOperators: [] }, e) },
  'a sample verified by the second account of whoever erased': {
    sample: (c, e) => refuse.sample(c, { ...e, eraserAgain: false }),
  },
  'a sign-off by the second account of the tester': {
    signOff: (c, e) => refuse.signOff(c, { ...e, testerAgain: false }),
  },
  'a lock that stands against it': {
    signOff: (c, e) => refuse.signOff({ ...c, waived: ['activation', 'frp', 'mdm', 'blacklist'] }, e),
  },
  'a lock that nobody looked at': {
    signOff: (c, e) => refuse.signOff({ ...c, policy: { ...c.policy, unknownLocksPass: true } }, e),
  },
  'a draw without its verification': {
    signOff: (c, e) => refuse.signOff({ ...c, sampling: { ...c.sampling, verifiedBy: 'op_z' } }, e),
  },
  'a sign-off by the tester': {
    signOff: (c, e) => refuse.signOff({ ...c, policy: { ...c.policy, selfSignOff: true } }, e),
  },
  'a drawn job signed off by its tester': {
    signOff: (c, e) =>
      refuse.signOff(c.sampling.verifiedBy === null ? c : { ...c, sampling: { ...c.sampling, drawn: false } }, e),
  },
};

describe('a guard that overlooks one thing is noticed', () => {
  test.each(Object.entries(blinded))(
    '%s',
    (_, guards) => {
      expect(findForbidden({ ...refuse, ...guards })).not.toBeNull();
    },
    120_000,
  );
});
