import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { nodeReportWorker } from '../../electron/report-process.ts';
import { startWithFailingWrites } from '../support/failing-writes.ts';
import { erase, openJob, pixelPng, startErase } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
let fail: (yes: boolean) => void;
afterEach(async () => {
  fail(false);
  await bench.close();
});

async function start() {
  ({ bench, fail } = await startWithFailingWrites());
  return staff(bench);
}

describe('while nothing can be recorded', () => {
  test('a device that is pulled leaves the screen, and nothing breaks', async () => {
    const { technician } = await start();
    const phone = await bench.plug();
    fail(true);
    bench.virtual.unplug(phone.id);
    expect(await technician['devices.list']()).toEqual([]);
    expect(bench.logged).toContainEqual(expect.objectContaining({ event: 'device.lost_not_recorded' }));
  });

  test('an erase whose device is pulled ends without an outcome, and is interrupted as soon as it can be', async () => {
    const { technician } = await start();
    const job = await startErase(bench, technician, await openJob(bench, technician));
    const [phone] = bench.virtual.list();
    fail(true);
    bench.virtual.unplug(phone?.id ?? '');
    await bench.clock.advance(10_000);
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.erasing' });
    expect(bench.logged).toContainEqual(expect.objectContaining({ event: 'erase.not_recorded' }));
    fail(false);
    await bench.clock.advance(60_000);
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.interrupted' });
  });

  test('an approval that has run out is ended later', async () => {
    const { technician, supervisor } = await start();
    const job = await erase(bench, technician, await openJob(bench, technician, 'fails'));
    const piece = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
    const done = 'The storage chip was removed and shredded.';
    const asked = { jobId: job.id, reason: 'storage_removed' as const, done, evidenceIds: [piece.id] };
    const { id: approvalId } = await technician['approvals.request'](asked);
    const reason = 'Seen on the bench, the chip is gone.';
    await supervisor['approvals.decide']({ approvalId, decision: 'approve', reason, password: passwords.supervisor });
    fail(true);
    await bench.clock.advance(24 * 3_600_000 + 60_000);
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.bypass_approved' });
    fail(false);
    await bench.clock.advance(60_000);
    expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ place: 'reset.erase_failed' });
  });

  test('the bench still locks, every session of it', async () => {
    const { technician, supervisor } = await start();
    fail(true);
    bench.station.lockAll();
    for (const person of [technician, supervisor])
      await expect(person['jobs.list']({})).rejects.toMatchObject({ code: expect.stringMatching(/locked|full/) });
    fail(false);
    for (const person of [technician, supervisor])
      await expect(person['jobs.list']({})).rejects.toMatchObject({ code: 'session_locked' });
  });

  test('a window that closes takes its session with it', async () => {
    const { technician } = await start();
    fail(true);
    bench.station.closeConnection('technician');
    fail(false);
    await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
  });
});

test('the data folder is given back, whatever fails while the bench closes or starts', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-closing-'));
  const keystore = createMemoryKeystore();
  const worker = { ...nodeReportWorker(), close: () => Promise.reject(new Error('would not end')) };
  try {
    ({ bench, fail } = await startWithFailingWrites({ dataDir, keystore, drivers: { worker } }));
    await expect(bench.station.close()).rejects.toThrow('would not end');
    const clock = {
      ...bench.clock,
      monotonicNs: () => {
        throw new Error('no time');
      },
    };
    await expect(startStation({ dataDir, keystore, drivers: { clock } })).rejects.toThrow('no time');
    bench = await startStation({ dataDir, keystore, seed: 'again' });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});
