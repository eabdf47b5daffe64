import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newJob, placeOfJob, restoreJob, step } from '../../electron/features/jobs/job.ts';
import { JobPlace } from '../../shared/jobs.ts';
import { createOracle } from './job-oracle.ts';
import { mine, moves, policies, walk } from './job-walk.ts';

const steps = { newJob, restoreJob, step };
const strict = { selfSignOff: false, unknownLocksPass: true };
const runs = { numRuns: 6_000 };

test('no sequence of events reaches what the design forbids, restarts and clock changes included', () => {
  const reached: Partial<Record<JobPlace, number>> = {};
  fc.assert(
    fc.property(moves, policies, (wanted, policy) => {
      const oracle = createOracle(policy);
      const job = walk(steps, wanted, policy, (before, event, after) => {
        const place = placeOfJob(after);
        if (place !== placeOfJob(before)) reached[place] = (reached[place] ?? 0) + 1;
        expect(oracle.see({ before: placeOfJob(before), event, after: place })).toBeNull();
      });
      if (job.can({ type: 'job.failed' })) expect(placeOfJob(step(job, { type: 'job.failed' }))).toBe('failed');
    }),
    runs,
  );
  // Only walks that come everywhere, and often, prove anything.
  const rare = JobPlace.options.filter(
    place => place !== 'intake' && place !== 'failed' && (reached[place] ?? 0) < 100,
  );
  expect(rare).toEqual([]);
}, 120_000);

describe('a job that comes from another station', () => {
  const carried = {
    condition: null,
    attempts: 2,
    interruptions: 1,
    drawn: true,
    eraseOperators: ['op_x'],
  };
  const fresh = () => newJob({ identity: mine, policy: strict });

  test.each([
    ['failed', 'failed'],
    ['indeterminate', 'indeterminate'],
    ['erased_verified', null],
    ['manual_bypass', null],
  ] as const)('keeps attempts and draw; %s there is %s here', (erasure, here) => {
    const job = step(fresh(), { type: 'job.taken_over', handover: 'h1', carried: { ...carried, erasure } });
    expect(job.context).toMatchObject({
      attempts: 2,
      interruptions: 1,
      erasure: here,
      eraseOperators: ['op_x'],
      sampling: { drawn: true, verifiedBy: null },
    });
    expect(placeOfJob(job)).toBe('intake');
  });

  test('is over for good once it is handed over, and says so', () => {
    const gone = step(fresh(), { type: 'job.handed_over', legalHold: false });
    expect(gone.status).toBe('done');
    expect(() => step(gone, { type: 'job.failed' })).toThrow('goes on at another station');
  });
});

describe('a reboot during an erase', () => {
  const erasing = () => walk(steps, [0, 0], strict, () => {});

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
