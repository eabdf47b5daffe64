import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newJob, placeOfJob, restoreJob, step } from '../../electron/features/jobs/job.ts';
import { JobPlace } from '../../shared/jobs.ts';
import { createOracle } from './job-oracle.ts';
import { moves, policies, walk } from './job-walk.ts';

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
