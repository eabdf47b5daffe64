import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import type { TestStation } from './start-station.ts';

export const condition = {
  simCard: 'removed',
  memoryCard: 'absent',
  powersOn: true,
  screen: 'intact',
  housing: 'scratched',
  batterySwollen: false,
} as const;

/** A picture of one pixel. */
export const pixelPng = Buffer.from(
  '89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082',
  'hex',
).toString('base64');

/** Plugs a phone in, opens its job and takes it through intake. */
export async function openJob(bench: TestStation, technician: Client, fault: VirtualFault | null = null): Promise<Job> {
  const { portPath } = await bench.plug(fault);
  const device = (await technician['devices.list']()).find(d => d.portPath === portPath);
  if (!device) throw new Error(`nothing at ${portPath}`);
  const job = await technician['jobs.open']({ deviceId: device.id });
  return technician['jobs.complete_intake']({ jobId: job.id, condition });
}

/** Starts the erase and returns when it is under way. */
export async function startErase(bench: TestStation, technician: Client, job: Job): Promise<Job> {
  let settled = false;
  const starting = technician['jobs.start_erase']({ jobId: job.id }).finally(() => {
    settled = true;
  });
  // Whoever awaits the result sees a rejection; here it only ends the waiting.
  starting.catch(() => {});
  while (!settled) await bench.clock.advance(50);
  return starting;
}

/** Erases and returns the job as it is when that has ended. */
export async function erase(bench: TestStation, technician: Client, job: Job): Promise<Job> {
  await startErase(bench, technician, job);
  const current = () => technician['jobs.get']({ jobId: job.id });
  await bench.until(async () => !['reset.erasing', 'reset.verifying'].includes((await current()).place));
  return current();
}

/** From the end of reset to qc, every mandatory step passed. */
export async function testFunctions(technician: Client, jobId: Job['id']): Promise<Job> {
  const { steps } = await technician['jobs.begin_functional']({ jobId });
  for (const { id: stepId } of steps.filter(step => step.mandatory))
    await technician['jobs.record_step']({ jobId, stepId, result: 'pass' });
  return technician['jobs.finish_functional']({ jobId });
}
