import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import { mandatorySteps } from '../../shared/jobs.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const condition = {
  simCard: 'removed',
  memoryCard: 'absent',
  powersOn: true,
  screen: 'intact',
  housing: 'scratched',
  batterySwollen: false,
} as const;

async function openJob(technician: Client): Promise<Job> {
  const [device] = await technician['devices.list']();
  if (!device) throw new Error('no device');
  const job = await technician['jobs.open']({ deviceId: device.id });
  return technician['jobs.complete_intake']({ jobId: job.id, condition });
}

async function eraseToEnd(technician: Client, jobId: Job['id']): Promise<Job> {
  await technician['jobs.start_erase']({ jobId });
  await bench.until(
    async () => !['reset.erasing', 'reset.verifying'].includes((await technician['jobs.get']({ jobId })).place),
  );
  return technician['jobs.get']({ jobId });
}

test('a device goes from intake to completed, with a signed report at the end', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  await bench.plug();
  const { id: jobId } = await openJob(technician);
  const starting = technician['jobs.start_erase']({ jobId });
  await bench.clock.advance(100);
  await starting;
  await bench.until(async () => (await technician['jobs.get']({ jobId })).place === 'reset.erased');
  expect(await technician['jobs.get']({ jobId })).toMatchObject({ erase: { status: 'erased_verified', attempts: 1 } });

  await technician['jobs.begin_functional']({ jobId });
  for (const stepId of mandatorySteps) await technician['jobs.record_step']({ jobId, stepId, result: 'pass' });
  await technician['jobs.finish_functional']({ jobId });
  await expect(technician['jobs.sign_off']({ jobId })).rejects.toMatchObject({ code: 'state_refused' });
  const done = await supervisor['jobs.sign_off']({ jobId });
  expect(done).toMatchObject({ place: 'completed', selfSignedOff: false });

  const report = await technician['reports.issue']({ jobId, scope: 'master', variant: 'customer' });
  expect(report).toMatchObject({ sequence: 1, state: 'issued', erasureStatus: 'erased_verified' });
  const { contentBase64 } = await technician['reports.download']({ reportId: report.id });
  expect(Buffer.from(contentBase64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  expect(await supervisor['journal.verify']()).toMatchObject({ ok: true });
});
