import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { DeviceAdapter, IdentityRead } from '../../electron/drivers/devices/adapter.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench, type VirtualPhoneSpec } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Step } from '../../shared/checklists.ts';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { condition, startErase } from './job-steps.ts';
import { passwords, type StartOptions, staff, startStation, type TestStation } from './start-station.ts';

export type Given = {
  place?: StartOptions;
  phone?: VirtualPhoneSpec;
  /** The check-list of the site; the built-in one otherwise. */
  steps?: Step[];
  picea?: Partial<Picea>;
  read?: (read: IdentityRead) => IdentityRead;
};

/** A phone in its functional test, with the fault ordered after its erase. */
export async function startInTest(fault: VirtualFault | null, given: Given = {}) {
  const { place, phone: spec, steps, picea, read } = given;
  const clock = createFakeClock();
  const virtual = createVirtualBench({ clock, seed: 'test', eraseDurationMs: 2_000, answerMs: 50 });
  const adapter: DeviceAdapter = {
    ...virtual.adapter,
    async open(sighting, signal) {
      const session = await virtual.adapter.open(sighting, signal);
      return {
        ...session,
        identify: async until => (read ?? (told => told))(await session.identify(until)),
      };
    },
  };
  const drivers = { clock, adapters: [adapter], picea: { ...virtual.picea, ...picea } };
  const bench: TestStation = { ...(await startStation({ ...place, drivers })), clock, virtual };
  const people = await staff(bench);
  const { admin, technician } = people;
  if (steps) {
    await admin['identity.step_up']({ password: passwords.admin });
    await admin['checklists.publish']({ type: 'phone', basedOn: 1, steps });
  }
  const phone = virtual.plug(spec);
  const job = await erased(bench, technician);
  await technician['jobs.begin_functional']({ jobId: job.id });
  virtual.order(phone.id, fault);
  return { bench, ...people, job, phone };
}

/** Closes a bench in the midst of what `begin` asks of a slow tool, and answers it opened again, with a supervisor. */
export async function closedMeanwhile(begin: (technician: Client, job: Job) => Promise<unknown>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-closed-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  const keystore = createMemoryKeystore();
  const { bench, technician, job } = await startInTest('slow', { place: { dataDir, keystore } });
  const rejected = expect(begin(technician, job)).rejects.toMatchObject({ code: 'state_refused' });
  await bench.clock.advance(1_300);
  await bench.station.close();
  await rejected;
  const again = await startStation({ dataDir, keystore, seed: 'again' });
  const supervisor = again.connect('supervisor');
  await supervisor['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
  return { bench: again, supervisor, job };
}

/** The job of the phone that is plugged in, erased. */
async function erased(bench: TestStation, technician: Client): Promise<Job> {
  await bench.clock.advance(2_000);
  const [device] = await technician['devices.list']();
  if (!device) throw new Error('no device');
  const job = await technician['jobs.open']({ deviceId: device.id });
  await technician['jobs.complete_intake']({ jobId: job.id, condition });
  await startErase(bench, technician, job);
  await bench.clock.advance(10_000);
  return technician['jobs.get']({ jobId: job.id });
}

/** Lets time pass until the call has ended; a rejection is for whoever awaits the answer. */
export async function untilEnded<T>({ clock }: TestStation, call: Promise<T>): Promise<T> {
  let settled = false;
  const settle = () => {
    settled = true;
  };
  call.then(settle, settle);
  while (!settled) await clock.advance(50);
  return call;
}

/** The newest entries of a job that are of this type, newest first. */
export const entriesOf = async (who: Client, job: Job, type: string) =>
  (await who['journal.list']({ limit: 100, jobId: job.id })).filter(entry => entry.type === type);
