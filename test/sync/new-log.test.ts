import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { createTokenAccess } from '../../electron/drivers/central/tokens.http.ts';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { readRecoveryKey } from '../../electron/features/backup/recovery-key.ts';
import { restoreBackup } from '../../electron/restore.ts';
import type { Client } from '../../shared/client.ts';
import { verifyPath } from '../../shared/verify/verify-path.ts';
import { erase, openJob } from '../support/job-steps.ts';
import { passwords, startStation, type TestStation } from '../support/start-station.ts';
import { saying } from './interposer.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bench-new-log-'));
  station = await startSyncing();
  await station.enrol();
  await settled();
});
afterEach(async () => {
  await station.close();
  rmSync(folder, { recursive: true });
});

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const origin = async (client: Client) => (await client['journal.status']()).origin;
const typesOf = async (client: Client) =>
  (await client['journal.list']({ limit: 200 })).map(({ type }) => type).toReversed();

async function technicianOf(bench: TestStation): Promise<Client> {
  const client = bench.connect('technician');
  await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  return client;
}

/** A report as its customer gets it, judged with nothing but the key of the fleet. */
async function verdictOf(client: Client, jobId: Parameters<Client['jobs.get']>[0]['jobId']) {
  const report = await client['reports.issue']({ jobId, scope: 'reset', variant: 'internal' });
  const { contentBase64 } = await client['reports.download']({ reportId: report.id });
  const file = join(folder, 'report.pdf');
  writeFileSync(file, Buffer.from(contentBase64, 'base64'));
  return verifyPath(file, { fleetVkey: station.server.fleetVkey });
}

/** Puts back an older copy, which then goes on without its server: two histories under one key. */
async function fork(): Promise<void> {
  await station.stopBench();
  station.copy('station');
  await station.startBench();
  await station.act();
  await settled();
  await station.stopBench();
  station.restore('station');
  station.line.answer(saying(503, 'text/plain', ''));
  await station.startBench();
  await station.fill(20);
  station.line.answer(null);
  await station.act();
  await station.reach(({ state }) => state === 'frozen');
}

describe('a log whose history is forked', () => {
  test('is closed by an admin; the next start goes on in a new one, which is enrolled, cosigned and proves reports', async () => {
    const first = await origin(station.admin);
    const early = await openJob(station.bench, await technicianOf(station.bench));
    await settled();
    await fork();
    expect(await station.status()).toMatchObject({ newLog: 'needed' });
    await station.signIn();
    expect(await station.admin['sync.open_new_log']()).toMatchObject({ newLog: 'at_next_start', state: 'frozen' });
    expect(await origin(station.admin)).toBe(first);
    const { size, cosignedSize } = await station.admin['journal.status']();
    await station.stopBench();

    await station.startBench();
    expect(await origin(station.admin)).toBe(first.replace(/0$/, '1'));
    expect(await station.status()).toMatchObject({ state: 'not_enrolled', newLog: 'no' });
    const entries = await station.admin['journal.list']({ limit: 200 });
    const opened = entries.find(({ type, data }) => type === 'log.opened' && data.epoch === 1);
    expect(opened?.data).toMatchObject({ cause: 'forked', cosignedSize, previous: { origin: first } });
    // The closing of the bench is an entry of the old log too.
    expect(opened?.data.previous).toMatchObject({ size: size + 1 });
    const carried = entries.filter(({ type }) => type === 'log.carried_over');
    expect(carried).toHaveLength(size + 1 - cosignedSize);
    expect(await station.admin['journal.verify']()).toMatchObject({ ok: true });
    expect((await station.admin['journal.verify']()).steps.map(({ step }) => step)).toContain('earlier log');
    const { keys } = await station.admin['health.get']();
    expect(keys.find(({ kind }) => kind === 'log')?.since).toBe(opened?.at);

    await station.enrol();
    await settled();
    expect(await station.witnessed()).toBe((await station.admin['journal.status']()).size);
    const technician = await technicianOf(station.bench);
    await expect(
      technician['reports.issue']({ jobId: early.id, scope: 'reset', variant: 'internal' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    const job = await erase(station.bench, technician, await openJob(station.bench, technician));
    await settled();
    expect(await verdictOf(technician, job.id)).toMatchObject({ ok: true });
  });

  test('of the server nothing more is taken into the old one', async () => {
    await fork();
    await station.signIn();
    await station.admin['sync.open_new_log']();
    await station.stopBench();
    station.copy('station');
    await station.startBench();
    await station.enrol();
    await settled();
    const old = station.line.batches().length;
    await station.stopBench();
    station.restore('station');
    await station.startBench();
    // Another machine with the same data and keys opens a log of the same number: the code does not help it.
    await expect(station.enrol()).rejects.toMatchObject({ message: expect.stringMatching(/enrolled already/) });
    expect(station.line.batches().length).toBe(old);
  });
});

test('a log in order is not given up, nor by anybody but an admin', async () => {
  await expect(station.admin['sync.open_new_log']()).rejects.toMatchObject({ code: 'conflict' });
  const technician = await technicianOf(station.bench);
  await expect(technician['sync.open_new_log']()).rejects.toMatchObject({ code: 'not_permitted' });
  expect(await typesOf(station.admin)).not.toContain('log.abandoned');
});

test('a bench restored on another computer comes back in a new log by a code made for it; the lost one is shut out', async () => {
  const { admin } = station;
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  await admin['backup.configure']({ folder: backups, daily: false });
  const { fileText } = await admin['recovery.create']();
  const key = readRecoveryKey(fileText);
  await admin['recovery.confirm']({ checkGroup: key.checkGroup });
  const { last } = await admin['backup.run']();
  const file = join(backups, last?.fileName ?? '');
  await settled();
  const first = await origin(admin);
  const stationId = first.split('/')[2] ?? '';
  const authenticators = readFileSync(join(station.bench.dataDir, 'authenticators.json'));

  const keystore = createMemoryKeystore();
  const dataDir = join(folder, 'new');
  const config = { dataDir, appVersion: '0.0.0-test', training: false };
  const clock = createFakeClock(station.now());
  await restoreBackup({ clock, random: createFakeRandom('new'), openKeystore: async () => keystore }, config, {
    file,
    key,
  });
  writeFileSync(join(dataDir, 'authenticators.json'), authenticators);
  const bench = await startStation({
    dataDir,
    keystore,
    seed: 'new',
    drivers: { central: (url, as) => createCentralClient(url, ask => createTokenAccess(as, ask)) },
  });
  try {
    const chief = bench.connect('admin');
    await chief['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    expect(await origin(chief)).toBe(first.replace(/0$/, '1'));
    const enrol = async (code: string) => chief['sync.enrol']({ serverUrl: station.line.url, code });
    await expect(enrol(await station.server.createEnrolCode())).rejects.toMatchObject({
      message: expect.stringMatching(/needs a code that was made for it/),
    });
    await enrol(await station.server.createEnrolCode(3_600_000, stationId));
    for (let tries = 0; tries < 2_000; tries++) {
      const { state, pendingEntries } = await chief['sync.status']();
      if (state === 'idle' && pendingEntries === 0) break;
      if (station.line.idle()) await bench.clock.advance(500);
      await pause(5);
    }
    expect(await chief['sync.status']()).toMatchObject({ state: 'idle', pendingEntries: 0 });
    const technician = await technicianOf(bench);
    const job = await erase(bench, technician, await openJob(bench, technician));
    expect(await verdictOf(technician, job.id)).toMatchObject({ ok: true });

    const size = await station.admin['journal.status']();
    await station.act();
    await station.reach(({ state }) => state === 'waiting' || state === 'frozen');
    expect((await station.admin['journal.status']()).cosignedSize).toBe(size.cosignedSize);
  } finally {
    await bench.close();
  }
});
