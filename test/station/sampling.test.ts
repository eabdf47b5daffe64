import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { drawCommitment } from '../../electron/features/jobs/sampling.ts';
import { erase, openJob, testFunctions } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

const Revealed = z.object({ block: z.number(), position: z.number(), nonce: z.string() });

let bench: TestStation;
afterEach(() => bench.close());

test('a job drawn for sampling waits for somebody who did not erase it, and a failed sample sends it back', async () => {
  bench = await startStation({ draw: 1 });
  const { technician, supervisor, auditor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician));
  expect(job).toMatchObject({ place: 'reset.erased', sampled: true, sampleVerified: false });
  const { id: jobId } = job;
  expect(await testFunctions(technician, jobId)).toMatchObject({ place: 'qc' });
  await expect(supervisor['jobs.sign_off']({ jobId })).rejects.toThrow('drawn for sampling');
  const own = technician['jobs.verify_sample']({ jobId, passed: true, method: 'Looked for photos.' });
  await expect(own).rejects.toThrow('Whoever erased the device may not verify the sample.');

  const failed = await supervisor['jobs.verify_sample']({ jobId, passed: false, method: 'Found a contact list.' });
  expect(failed).toMatchObject({ place: 'reset.awaiting_start', sampled: true, erase: { status: 'failed' } });
  await erase(bench, technician, failed);
  expect(await testFunctions(technician, jobId)).toMatchObject({ sampled: true, sampleVerified: false });
  await supervisor['jobs.verify_sample']({ jobId, passed: true, method: 'Searched again, nothing found.' });
  expect(await supervisor['jobs.sign_off']({ jobId })).toMatchObject({ place: 'completed' });

  const draws = (await auditor['journal.list']({ limit: 200 })).filter(entry => entry.type === 'sampling.drawn');
  const checked = (await auditor['journal.list']({ limit: 200, jobId })).filter(e => e.type === 'job.erase_checked');
  expect(draws).toHaveLength(1);
  const [revealed] = (await auditor['journal.list']({ limit: 200 })).filter(
    entry => entry.type === 'sampling.revealed',
  );
  const { block, position, nonce } = Revealed.parse(revealed?.data);
  expect({ block, position }).toEqual({ block: 1, position: 1 });
  expect(draws[0]?.data).toEqual({ block: 1, commitment: drawCommitment({ block, position, nonce }) });
  expect(drawCommitment({ block, position: 2, nonce })).not.toBe(draws[0]?.data.commitment);
  expect(draws[0]?.seq).toBeLessThan(checked.at(-1)?.seq ?? 0);
});

test('one of twenty is drawn, nobody can read which before, and the draw of a block is made once', async () => {
  bench = await startStation({ draw: 2 });
  const { technician, auditor } = await staff(bench);
  const drawn: boolean[] = [];
  for (let i = 0; i < 3; i++) drawn.push((await erase(bench, technician, await openJob(bench, technician))).sampled);
  expect(drawn).toEqual([false, true, false]);
  const entries = await auditor['journal.list']({ limit: 200 });
  const draws = entries.filter(entry => entry.type === 'sampling.drawn');
  expect(draws).toHaveLength(1);
  expect(Object.keys(draws[0]?.data ?? {})).toEqual(['block', 'commitment']);
});
