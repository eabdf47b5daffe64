import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { sleep } from '../../electron/drivers/clock/clock.ts';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { condition, erase, openJob, startErase } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

describe('what an erase ends as', () => {
  test('a tool that reports failure: failed, and it may be tried again', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
    expect(job).toMatchObject({ place: 'reset.erase_failed', erase: { status: 'failed', attempts: 1 } });
    for (const { id } of bench.virtual.list()) bench.virtual.order(id, null);
    const again = await erase(bench, technician, job);
    expect(again).toMatchObject({ place: 'reset.erased', erase: { status: 'erased_verified', attempts: 2 } });
  });

  test('a tool that reports success without doing anything: failed', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'does_nothing'));
    expect(job).toMatchObject({ place: 'reset.erase_failed', erase: { status: 'failed' } });
    const entries = await supervisor['journal.list']({ limit: 50, jobId: job.id });
    const checked = entries.find(e => e.type === 'job.erase_checked');
    expect(checked?.data).toMatchObject({ status: 'failed' });
    expect(JSON.stringify(checked?.data)).toContain('"name":"setup_state","outcome":"fail"');
  });

  test('another device answers afterwards: indeterminate, never erased', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'wrong_identity'));
    expect(job).toMatchObject({ place: 'reset.erase_failed', erase: { status: 'indeterminate' } });
    await bench.clock.advance(2_000);
    const devices = await technician['devices.list']();
    expect(devices.filter(d => d.state === 'ready').map(d => d.id)).not.toContain(job.deviceId);
  });

  test('the device leaves and stays away: interrupted, and it goes on when the same one comes back', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician, 'lost'));
    expect(job).toMatchObject({
      place: 'reset.interrupted',
      erase: { status: 'indeterminate', interruptions: 1 },
      attached: false,
    });
    const [phone] = bench.virtual.list();
    bench.virtual.order(phone?.id ?? '', null);
    bench.virtual.replug(phone?.id ?? '');
    await bench.clock.advance(2_000);
    const again = await erase(bench, technician, job);
    expect(again).toMatchObject({ place: 'reset.erased', erase: { attempts: 2, interruptions: 1 } });
  });

  test('a tool that is content with a device that never comes back: indeterminate', async () => {
    const clock = createFakeClock();
    const virtual = createVirtualBench({ clock, seed: 'away', eraseDurationMs: 2_000, answerMs: 50 });
    const picea: Picea = {
      ...virtual.picea,
      async erase(target, { onProgress }) {
        onProgress({ kind: 'reboot', windowMs: 60_000 });
        virtual.unplug(virtual.at(target.portPath)?.id ?? '');
        await sleep(clock, 1_000);
        const at = new Date(clock.now()).toISOString();
        const done = {
          operationId: 'op',
          success: true,
          failure: null,
          technique: null,
          category: null,
          certificate: null,
        };
        return { ...done, identifiers: target.identifiers, startedAt: at, endedAt: at, raw: '{}' };
      },
    };
    bench = { ...(await startStation({ drivers: { clock, adapters: [virtual.adapter], picea } })), clock, virtual };
    const { technician } = await staff(bench);
    virtual.plug();
    await clock.advance(2_000);
    const [device] = await technician['devices.list']();
    if (!device) throw new Error('no device');
    const opened = await technician['jobs.open']({ deviceId: device.id });
    await technician['jobs.complete_intake']({ jobId: opened.id, condition });
    await startErase(bench, technician, opened);
    for (let i = 0; i < 200; i++) await clock.advance(500);
    expect(await technician['jobs.get']({ jobId: opened.id })).toMatchObject({
      place: 'reset.erase_failed',
      erase: { status: 'indeterminate' },
    });
  });

  test('the announced reboot is no unplug', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    const types = (await supervisor['journal.list']({ limit: 50, jobId: job.id })).map(e => e.type);
    expect(types).toContain('job.erase_rebooting');
    expect(types).not.toContain('job.erase_interrupted');
    expect(job.erase.status).toBe('erased_verified');
  });
});

describe('an erase does not start', () => {
  test('with a label of another device', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const starting = technician['jobs.start_erase']({ jobId: job.id, label: '356938035643809' });
    const refused = expect(starting).rejects.toMatchObject({ code: 'state_refused' });
    await bench.clock.advance(500);
    await refused;
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.awaiting_start' });
    const [phone] = bench.virtual.list();
    expect(phone?.setupState).toBe('in_use');
  });

  test('when another phone was put on the same connector', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const [phone] = bench.virtual.list();
    bench.virtual.unplug(phone?.id ?? '');
    const other = bench.virtual.plug({ portPath: phone?.portPath ?? '' });
    await bench.clock.advance(2_000);
    await expect(technician['jobs.start_erase']({ jobId: job.id })).rejects.toMatchObject({ code: 'device_lost' });
    expect(bench.virtual.get(other.id).setupState).toBe('in_use');
  });

  test('twice at once', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await startErase(bench, technician, await openJob(bench, technician));
    await expect(technician['jobs.start_erase']({ jobId: job.id })).rejects.toMatchObject({ code: 'device_busy' });
  });
});

test('a tool that falls silent is given up: interrupted', async () => {
  bench = await startStation({
    config: {
      policy: {
        job: { selfSignOff: false, unknownLocksPass: true },
        erase: { stallMs: 300, plausibleMs: 0, returnMs: 1_000 },
      },
    },
  });
  const { technician, supervisor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician, 'slow'));
  expect(job.place).toBe('reset.interrupted');
  const [interrupted] = (await supervisor['journal.list']({ limit: 50, jobId: job.id })).filter(
    e => e.type === 'job.erase_interrupted',
  );
  expect(interrupted?.data).toMatchObject({ cause: 'stalled' });
});
