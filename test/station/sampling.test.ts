import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { drawCommitment } from '../../electron/features/jobs/sampling.ts';
import { condition, erase, openJob, testFunctions } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

const Revealed = z.object({ block: z.number(), position: z.number(), nonce: z.string() });

const always = { from: '2025-01-01T00:00:00.000Z', to: '2027-01-01T00:00:00.000Z' };

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

test('a drawn job that is failed and opened again is drawn still, and its eraser verifies nothing', async () => {
  bench = await startStation({ draw: 1 });
  const { technician, supervisor, auditor } = await staff(bench);
  const drawn = await erase(bench, technician, await openJob(bench, technician));
  await technician['jobs.fail']({ jobId: drawn.id, reason: 'Nobody needs to look.' });
  const { id: jobId } = await technician['jobs.open']({ deviceId: drawn.deviceId });
  await technician['jobs.complete_intake']({ jobId, condition });
  expect(await supervisor['jobs.get']({ jobId })).toMatchObject({ sampled: true, previousTicket: drawn.ticket });
  await erase(bench, supervisor, await technician['jobs.get']({ jobId }));
  await testFunctions(supervisor, jobId);
  await expect(technician['jobs.sign_off']({ jobId })).rejects.toThrow('drawn for sampling');
  for (const eraser of [technician, supervisor])
    await expect(eraser['jobs.verify_sample']({ jobId, passed: true, method: 'Looked.' })).rejects.toThrow(
      'Whoever erased the device may not verify the sample.',
    );
  const [opened] = (await auditor['journal.list']({ limit: 100, jobId })).filter(e => e.type === 'job.opened');
  expect(opened?.data).toMatchObject({ inheritsDraw: true, previous: drawn.id });
  const coverage = await auditor['sampling.coverage'](always);
  expect(coverage.blocks).toMatchObject([{ state: 'outstanding', jobId, taken: 1 }]);
});

test('a look at an earlier erase says nothing about a later one', async () => {
  bench = await startStation({ draw: 1 });
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician));
  const { id: jobId } = job;
  await testFunctions(technician, jobId);
  await supervisor['jobs.verify_sample']({ jobId, passed: true, method: 'Nothing found.' });
  await supervisor['jobs.verify_sample']({ jobId, passed: false, method: 'Found something after all.' });
  await erase(bench, technician, await technician['jobs.get']({ jobId }));
  await testFunctions(technician, jobId);
  await expect(supervisor['jobs.sign_off']({ jobId })).rejects.toThrow('drawn for sampling');
});

test('coverage: blocks, draws and what came of them, by person, as a table too', async () => {
  bench = await startStation({ draw: 2 });
  const { technician, supervisor, auditor } = await staff(bench);
  await erase(bench, technician, await openJob(bench, technician));
  expect(await auditor['sampling.coverage'](always)).toMatchObject({
    blocks: [{ block: 1, taken: 1, state: 'open', ticket: null }],
    sanitised: 1,
    drawn: 0,
  });
  const job = await erase(bench, technician, await openJob(bench, technician));
  const { id: jobId } = job;
  expect(await auditor['sampling.coverage'](always)).toMatchObject({ drawn: 1, outstanding: 1 });
  await testFunctions(technician, jobId);
  await supervisor['jobs.verify_sample']({ jobId, passed: false, method: 'Found a contact list.' });
  expect(await auditor['sampling.coverage'](always)).toMatchObject({ failed: 1, outstanding: 0 });
  await erase(bench, technician, await technician['jobs.get']({ jobId }));
  await testFunctions(technician, jobId);
  await supervisor['jobs.verify_sample']({ jobId, passed: true, method: 'Nothing found.' });
  const coverage = await supervisor['sampling.coverage'](always);
  expect(coverage).toMatchObject({
    blocks: [{ block: 1, taken: 2, ticket: job.ticket, state: 'verified', verifierName: 'Sue Supervisor' }],
    sanitised: 3,
    drawn: 1,
    verified: 1,
    outstanding: 0,
  });
  expect(coverage.operators).toMatchObject([
    { operatorName: 'Tom Technician', sanitised: 3, drawn: 1, verified: 0 },
    { operatorName: 'Sue Supervisor', sanitised: 0, drawn: 0, verified: 2 },
  ]);
  expect((await auditor['sampling.coverage'](always)).operators[0]).toMatchObject({ operatorName: 'T. T.' });
  const later = { from: '2027-01-01T00:00:00.000Z', to: '2028-01-01T00:00:00.000Z' };
  expect(await auditor['sampling.coverage'](later)).toMatchObject({ blocks: [], sanitised: 0, operators: [] });
  await expect(technician['sampling.coverage'](always)).rejects.toMatchObject({ code: 'not_permitted' });

  await supervisor['identity.step_up']({ password: passwords.supervisor });
  const { contentBase64 } = await supervisor['sampling.export'](always);
  const [head, first] = Buffer.from(contentBase64, 'base64').toString().split('\r\n');
  expect(head).toContain('block,opened_at,sanitised');
  expect(first).toContain(`,${job.ticket},verified,`);
  const [entry] = await supervisor['journal.list']({ limit: 1 });
  expect(entry).toMatchObject({ type: 'table.exported', data: { table: 'sampling_coverage' } });
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
