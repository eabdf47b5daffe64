import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { DeviceAdapter } from '../../electron/drivers/devices/adapter.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { EraseResult, Picea } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench, type VirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Client } from '../../shared/client.ts';
import type { Identifiers } from '../../shared/devices.ts';
import type { Job } from '../../shared/jobs.ts';
import { erasesOnly } from '../support/erases-only.ts';
import { openJob, startErase } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

/** The same adapter, with something happening after each identity read and before its conversation is over. */
function afterRead(adapter: DeviceAdapter, act: () => void): DeviceAdapter {
  return {
    ...adapter,
    async open(sighting, signal) {
      const session = await adapter.open(sighting, signal);
      return {
        ...session,
        async close() {
          await session.close();
          act();
        },
      };
    },
  };
}

/** A bench whose cable is disturbed between an identity read and what follows from it. */
async function disturbed() {
  const clock = createFakeClock();
  const virtual = createVirtualBench({ clock, seed: 'disturbed', eraseDurationMs: 2_000, answerMs: 50 });
  let disturbance = (_: VirtualBench) => {};
  const adapter = afterRead(virtual.adapter, () => {
    const act = disturbance;
    disturbance = () => {};
    act(virtual);
  });
  const station = await startStation({ drivers: { clock, adapters: [adapter], picea: virtual.picea } });
  const started: TestStation = {
    ...station,
    clock,
    virtual,
    async plug(fault = null) {
      const phone = virtual.plug({ fault });
      await clock.advance(2_000);
      return phone;
    },
  };
  return {
    started,
    disturb: (act: (world: VirtualBench) => void) => {
      disturbance = act;
    },
  };
}

describe('an identity read counts for the very thing that was read', () => {
  test('another phone on the connector a moment later: nothing starts, and it is not taken for the first', async () => {
    const { started, disturb } = await disturbed();
    bench = started;
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const [phone] = bench.virtual.list();
    disturb(world => {
      world.unplug(phone?.id ?? '');
      world.plug({ portPath: phone?.portPath ?? '' });
    });
    await expect(startErase(bench, technician, job)).rejects.toMatchObject({ code: 'device_lost' });
    await bench.clock.advance(2_000);
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({
      place: 'reset.awaiting_start',
      attached: false,
    });
    const ready = (await technician['devices.list']()).filter(device => device.state === 'ready');
    expect(ready).toHaveLength(1);
    expect(ready[0]?.id).not.toBe(job.deviceId);
    expect(ready[0]?.identifiers).toEqual(bench.virtual.at(phone?.portPath ?? '')?.identifiers);
  });

  test('the same phone plugged in again a moment later is read again first', async () => {
    const { started, disturb } = await disturbed();
    bench = started;
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const [phone] = bench.virtual.list();
    disturb(world => {
      world.unplug(phone?.id ?? '');
      world.replug(phone?.id ?? '');
    });
    await expect(startErase(bench, technician, job)).rejects.toMatchObject({ code: 'device_lost' });
    await bench.clock.advance(2_000);
    expect(await startErase(bench, technician, job)).toMatchObject({ place: 'reset.erasing', attached: true });
  });

  test('a read of nothing left on the cable starts nothing', async () => {
    const { started, disturb } = await disturbed();
    bench = started;
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const [phone] = bench.virtual.list();
    disturb(world => world.unplug(phone?.id ?? ''));
    await expect(startErase(bench, technician, job)).rejects.toMatchObject({ code: 'device_lost' });
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.awaiting_start' });
  });
});

test('an unannounced unplug interrupts, however soon the phone is back', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const job = await startErase(bench, technician, await openJob(bench, technician));
  await bench.clock.advance(500);
  const [phone] = bench.virtual.list();
  bench.virtual.unplug(phone?.id ?? '');
  bench.virtual.replug(phone?.id ?? '');
  await bench.clock.advance(2_000);
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({
    place: 'reset.interrupted',
    erase: { status: 'indeterminate' },
  });
  const [entry] = (await supervisor['journal.list']({ limit: 50, jobId: job.id })).filter(
    e => e.type === 'job.erase_interrupted',
  );
  expect(entry?.data).toMatchObject({ cause: 'unplugged' });
});

const success = (identifiers: Identifiers): EraseResult => ({
  operationId: 'operation-1',
  success: true,
  failure: null,
  identifiers,
  technique: null,
  category: null,
  startedAt: '2026-01-01T00:00:00.000Z',
  endedAt: '2026-01-01T00:00:05.000Z',
  raw: '{}',
  certificate: null,
});

/** A tool that says success at once when told to, whatever happens to the phone. */
function scriptedTool(before: () => void): { picea: Picea; say(): void } {
  const said = Promise.withResolvers<void>();
  return {
    say: said.resolve,
    picea: {
      ...erasesOnly,
      info: async () => ({ product: 'Scripted tool', version: '1' }),
      async erase({ identifiers }, { onProgress }) {
        await said.promise;
        onProgress({ kind: 'reboot', windowMs: 60_000 });
        before();
        return success(identifiers);
      },
      close: async () => {},
    },
  };
}

test('how long an erase took is not measured on a clock that can be set', async () => {
  const tool = scriptedTool(() => {});
  const erase = { stallMs: 60_000, plausibleMs: 10_000, returnMs: 1_000 };
  const policy = { job: { selfSignOff: false, unknownLocksPass: true }, erase };
  bench = await startStation({ drivers: { picea: tool.picea }, config: { policy } });
  const { technician, supervisor } = await staff(bench);
  const job = await startErase(bench, technician, await openJob(bench, technician));
  bench.clock.stepWall(3_600_000);
  tool.say();
  await bench.clock.advance(2_000);
  const [checked] = (await supervisor['journal.list']({ limit: 50, jobId: job.id })).filter(
    e => e.type === 'job.erase_checked',
  );
  expect(checked?.data.checks).toContainEqual({ name: 'duration', outcome: 'fail' });
});

describe('a bench that is closed between the success of the tool and its own check', () => {
  const restarted = async (dataDir: string, keystore: ReturnType<typeof createMemoryKeystore>, job: Job) => {
    bench = await startStation({ dataDir, keystore, seed: 'again' });
    const technician: Client = bench.connect('again');
    await technician['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    return technician['jobs.get']({ jobId: job.id });
  };

  test.each([
    { name: 'while the phone is read', away: false },
    { name: 'while the phone is away', away: true },
  ])('$name: interrupted, never erased', async ({ away }) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bench-closed-'));
    const keystore = createMemoryKeystore();
    try {
      const tool = scriptedTool(() => {
        const [phone] = bench.virtual.list();
        if (away) bench.virtual.unplug(phone?.id ?? '');
      });
      bench = await startStation({ dataDir, keystore, drivers: { picea: tool.picea } });
      const { technician } = await staff(bench);
      const job = await startErase(bench, technician, await openJob(bench, technician));
      tool.say();
      await bench.clock.advance(10);
      expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.verifying' });
      await bench.station.close();
      expect(await restarted(dataDir, keystore, job)).toMatchObject({
        place: 'reset.interrupted',
        erase: { status: 'indeterminate' },
      });
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});
