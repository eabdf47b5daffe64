import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createNodeWorker } from '../../electron/drivers/worker/worker.node.ts';
import type { BackupTasks } from '../../electron/features/backup/backup-tasks.ts';
import { readRecoveryKey } from '../../electron/features/backup/recovery-key.ts';
import type { Client } from '../../shared/client.ts';
import { openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';
import { until, untilDone } from '../support/until.ts';

let bench: TestStation;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-backups-'));
});
afterEach(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

async function withKey(admin: Client) {
  const given = await admin['recovery.create']();
  const key = readRecoveryKey(given.fileText);
  await admin['recovery.confirm']({ checkGroup: key.checkGroup.toLowerCase() });
  return key;
}

test('a recovery key is given out once and counts when its last group was typed', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  expect((await admin['health.get']()).warnings.join()).toContain('no recovery key');
  await expect(technician['recovery.create']()).rejects.toMatchObject({ code: 'not_permitted' });
  const given = await admin['recovery.create']();
  const key = readRecoveryKey(given.fileText);
  expect(await admin['backup.status']()).toMatchObject({
    recoveryKey: null,
    unconfirmedFingerprint: key.fingerprint,
  });
  const wrong = key.checkGroup === '0000' ? '1111' : '0000';
  await expect(admin['recovery.confirm']({ checkGroup: wrong })).rejects.toMatchObject({ code: 'bad_input' });
  await admin['recovery.confirm']({ checkGroup: key.checkGroup });
  expect(await admin['backup.status']()).toMatchObject({
    recoveryKey: { fingerprint: key.fingerprint },
    unconfirmedFingerprint: null,
  });
  await expect(admin['recovery.confirm']({ checkGroup: key.checkGroup })).rejects.toMatchObject({ code: 'conflict' });
  const types = (await admin['journal.list']({ limit: 5 })).map(entry => entry.type);
  expect(types).toEqual(expect.arrayContaining(['recovery.key_created', 'recovery.key_confirmed']));
  const seed = key.privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  for (const kept of [JSON.stringify(bench.logged), JSON.stringify(await admin['journal.list']({ limit: 200 }))])
    expect(kept.includes(key.text) || kept.includes(seed.toString('base64'))).toBe(false);
});

test('a backup is made while the bench works, verified, recorded, and shows nothing in the clear', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  await expect(admin['backup.run']()).rejects.toMatchObject({ code: 'conflict' });
  await admin['backup.configure']({ folder, daily: false });
  await expect(admin['backup.run']()).rejects.toMatchObject({ code: 'conflict' });
  const key = await withKey(admin);
  const made = admin['backup.run']();
  await openJob(bench, technician);
  const status = await made;
  expect(status).toMatchObject({ last: { fingerprint: key.fingerprint }, failure: null, warnings: [] });
  expect(readdirSync(folder)).toEqual([status.last?.fileName]);
  expect(readdirSync(bench.dataDir)).not.toContain('backup.tmp');
  const bytes = readFileSync(join(folder, status.last?.fileName ?? ''));
  for (const secret of ['Tom Technician', 'SQLite format', 'station.set_up'])
    expect(bytes.includes(secret)).toBe(false);
  const [entry] = (await admin['journal.list']({ limit: 50 })).filter(e => e.type === 'backup.made');
  expect(entry?.data).toMatchObject({ size: status.last?.entries, sizeBytes: bytes.length, pruned: 0 });
});

test('a daily backup is made once a day without anybody, and those over thirty days old go', async () => {
  bench = await startStation();
  const { admin } = await staff(bench);
  await withKey(admin);
  await admin['backup.configure']({ folder, daily: true });
  const hourMs = 3_600_000;
  const names = () => readdirSync(folder).filter(name => name.endsWith('.vqbackup'));
  /** Lets hours pass, and the process that makes a backup come to its end. */
  const pass = async (hours: number, wanted: () => boolean) => {
    await bench.clock.advance(hours * hourMs);
    await untilDone(async () => {
      await bench.clock.advance(60_000);
      expect(wanted(), `after ${hours} hours: ${names()}`).toBe(true);
    });
  };
  await pass(1, () => names().length === 1);
  const [first = ''] = names();
  await bench.clock.advance(20 * hourMs);
  expect(names()).toEqual([first]);
  await pass(6, () => names().length === 2);
  await pass(31 * 24, () => !names().includes(first) && names().length > 0);
  await bench.clock.advance(60_000);
  await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  const made = (await admin['journal.list']({ limit: 200 })).filter(({ type }) => type === 'backup.made');
  expect(made.every(({ actor }) => actor === null)).toBe(true);
  expect(made.some(({ data }) => Number(data.pruned) > 0)).toBe(true);
});

test('a folder that is not there, or inside the data folder, is told; what there was stays', async () => {
  bench = await startStation();
  const { admin } = await staff(bench);
  await withKey(admin);
  const inside = join(bench.dataDir, 'blobs');
  await expect(admin['backup.configure']({ folder: inside, daily: true })).rejects.toMatchObject({ code: 'bad_input' });
  const disk = join(folder, 'disk');
  await admin['backup.configure']({ folder: disk, daily: false });
  await expect(admin['backup.run']()).rejects.toMatchObject({ code: 'data_folder_unusable' });
  expect(await admin['backup.status']()).toMatchObject({ last: null, failure: { words: expect.any(String) } });
  mkdirSync(disk);
  expect(await admin['backup.run']()).toMatchObject({ failure: null });
});

test('a process that is killed in the middle leaves nothing under the name of a backup', async () => {
  const entry = new URL('../support/stuck-backup-worker.ts', import.meta.url).pathname;
  const stuck = createNodeWorker<BackupTasks>({ entry, args: [] });
  bench = await startStation({ drivers: { backups: stuck } });
  const { admin } = await staff(bench);
  await withKey(admin);
  await admin['backup.configure']({ folder, daily: false });
  const failed = expect(admin['backup.run']()).rejects.toMatchObject({ code: expect.any(String) });
  await until(() => readdirSync(folder).some(name => name.endsWith('.part')), 'a half backup');
  await stuck.close();
  await failed;
  expect(readdirSync(folder).filter(name => name.endsWith('.vqbackup'))).toEqual([]);
  expect((await admin['journal.list']({ limit: 1 }))[0]?.type).toBe('backup.failed');
});
