import { afterEach, expect, test } from 'vitest';
import type { JournalEntry } from '../../shared/journal.ts';
import { erase, openJob, testFunctions } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

/** Moves that the bench makes by itself; all others were somebody's act. */
const byItself = ['job.erase_rebooting', 'job.erase_reported', 'job.erase_checked'];

test('every move of a job is an entry: who, when, from where to where, without a gap', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await openJob(bench, technician);
  await technician['jobs.hold']({ jobId: job.id, reason: 'Waiting for the label.' });
  await supervisor['jobs.release']({ jobId: job.id });
  await erase(bench, technician, job);
  await testFunctions(technician, job.id);
  await supervisor['jobs.reject']({ jobId: job.id, reason: 'The display was not looked at closely.' });
  await technician['jobs.finish_functional']({ jobId: job.id });
  await supervisor['jobs.sign_off']({ jobId: job.id });

  const entries = (await supervisor['journal.list']({ limit: 200, jobId: job.id })).reverse();
  const moves = entries.filter(entry => entry.type !== 'job.opened');
  let place = 'intake';
  for (const move of moves) {
    expect(move.data, `${move.seq} ${move.type}`).toMatchObject({ from: place });
    place = String(move.data.to);
    if (byItself.includes(move.type)) expect(move.actor, move.type).toBeNull();
    else expect(move.actorName, move.type).toMatch(/^(Tom Technician|Sue Supervisor)$/);
    expect(Number.isNaN(Date.parse(move.at))).toBe(false);
  }
  expect(place).toBe('completed');
  const times = entries.map((entry: JournalEntry) => Date.parse(entry.at));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('what the machine refuses is recorded too', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await openJob(bench, technician);
  await expect(technician['jobs.begin_functional']({ jobId: job.id })).rejects.toMatchObject({ code: 'state_refused' });
  const [entry] = await supervisor['journal.list']({ limit: 1, jobId: job.id });
  expect(entry).toMatchObject({
    type: 'access.refused',
    actorName: 'Tom Technician',
    data: { method: 'jobs.begin_functional', code: 'state_refused' },
  });
});
