import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { makeRecoveryKey, type RecoveryKey, readRecoveryKey } from '../../electron/features/backup/recovery-key.ts';
import { checkBackup, restoreBackup } from '../../electron/restore.ts';
import { erase, openJob, pixelPng } from '../support/job-steps.ts';
import { passwords, staff, startStation } from '../support/start-station.ts';

let folder: string;
let file: string;
let keyFile: string;
let key: RecoveryKey;
let before: Awaited<ReturnType<typeof work>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bench-restore-'));
  before = await work();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A station with a job, evidence, a report and somebody who was forgotten, backed up and then lost. */
async function work() {
  const bench = await startStation();
  const { admin, technician } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician));
  const picture = { jobId: job.id, contentBase64: pixelPng, caption: 'The lid', mediaType: 'image/png' as const };
  const evidence = await technician['evidence.add'](picture);
  const report = await technician['reports.issue']({ jobId: job.id, scope: 'reset', variant: 'internal' });
  const gone = (await admin['users.list']()).find(user => user.role === 'auditor');
  if (!gone) throw new Error('nobody to forget');
  await admin['users.deactivate']({ operatorId: gone.id });
  await admin['privacy.forget']({ subject: gone.id });
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  await admin['backup.configure']({ folder: backups, daily: false });
  const given = await admin['recovery.create']();
  key = readRecoveryKey(given.fileText);
  keyFile = join(folder, given.fileName);
  writeFileSync(keyFile, given.fileText);
  await admin['recovery.confirm']({ checkGroup: key.checkGroup });
  const { last } = await admin['backup.run']();
  file = join(backups, last?.fileName ?? '');
  // What the people have on their own phones outlives the computer.
  const authenticators = readFileSync(join(bench.dataDir, 'authenticators.json'));
  await bench.close();
  return { authenticators, job, evidence, report, gone, entries: last?.entries ?? 0 };
}

const config = (dataDir: string) => ({ dataDir, appVersion: '0.0.0-test', training: false });

async function restore(name: string, given = { file, key }) {
  const keystore = createMemoryKeystore();
  const dataDir = join(folder, name);
  const drivers = { clock: createFakeClock(), random: createFakeRandom(name), openKeystore: async () => keystore };
  return { keystore, dataDir, restored: await restoreBackup(drivers, config(dataDir), given) };
}

test('the bench is there again on another computer: people, jobs, evidence, reports, and what was forgotten is not', async () => {
  const { keystore, dataDir, restored } = await restore('new');
  expect(restored.size).toBe(before.entries);
  writeFileSync(join(dataDir, 'authenticators.json'), before.authenticators);
  const bench = await startStation({ dataDir, keystore, seed: 'new computer' });
  try {
    const technician = bench.connect('technician');
    await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
    await technician['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    const admin = bench.connect('admin');
    await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    expect((await technician['jobs.get']({ jobId: before.job.id })).ticket).toBe(before.job.ticket);
    const { contentBase64 } = await technician['evidence.read']({ evidenceId: before.evidence.id });
    expect(contentBase64).toBe(pixelPng);
    const [report] = await technician['reports.list']({ jobId: before.job.id });
    expect(report?.sequence).toBe(before.report.sequence);
    expect(await admin['journal.verify']()).toMatchObject({ ok: true });
    const entries = await admin['journal.list']({ limit: 100 });
    const first = entries.find(entry => entry.type === 'station.restored');
    expect(first).toMatchObject({ data: { backup: restored.backup, size: before.entries } });
    expect(JSON.stringify(await admin['users.list']())).not.toContain('Al Auditor');
    expect((await admin['privacy.preview']({ subject: before.gone.id })).forgottenAt).not.toBeNull();
    const next = await openJob(bench, technician);
    expect(next.ticket > before.job.ticket).toBe(true);
    expect((await admin['journal.status']()).origin).toBe(restored.origin.replace(/0$/, '1'));
    expect(entries.at(-1)).toMatchObject({ seq: 0 });
    const opened = entries.find(entry => entry.type === 'log.opened');
    expect(opened?.data).toMatchObject({ epoch: 1, cause: 'restored', previous: { origin: restored.origin } });
    const again = { scope: 'reset', variant: 'internal' } as const;
    await expect(technician['reports.issue']({ jobId: before.job.id, ...again })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/Open a new job for this device/),
    });
    await erase(bench, technician, next);
    const issued = await technician['reports.issue']({ jobId: next.id, ...again });
    expect(issued.sequence).toBeGreaterThan(before.report.sequence);
  } finally {
    await bench.close();
  }
});

test('a backup is checked without restoring it, and nothing is left behind', async () => {
  const scratch = join(folder, 'scratch');
  mkdirSync(scratch);
  expect(await checkBackup(file, key, scratch)).toMatchObject({ size: before.entries });
  expect(readdirSync(scratch)).toEqual([]);
});

test('a wrong key, damage, a cut file, a folder in use: each is told, and the folder stays as it was', async () => {
  const damaged = (name: string, change: (bytes: Buffer) => Buffer) => {
    const path = join(folder, name);
    writeFileSync(path, change(readFileSync(file)));
    return path;
  };
  const flip = (bytes: Buffer) =>
    bytes.fill((bytes[bytes.length >> 1] ?? 0) ^ 1, bytes.length >> 1, (bytes.length >> 1) + 1);
  const cut = damaged('cut', bytes => bytes);
  truncateSync(cut, 100_000);
  const cases: [string, { file: string; key: RecoveryKey }][] = [
    ['recovery_key_wrong', { file, key: makeRecoveryKey() }],
    ['backup_unusable', { file: damaged('flipped', flip), key }],
    ['backup_unusable', { file: cut, key }],
    ['backup_unusable', { file: keyFile, key }],
    ['not_found', { file: join(folder, 'nothing'), key }],
  ];
  for (const [code, given] of cases) {
    await expect(restore('refused', given), given.file).rejects.toMatchObject({ code });
    expect(readdirSync(folder).filter(name => name.startsWith('refused'))).toEqual([]);
  }
  const used = join(folder, 'used');
  mkdirSync(used);
  writeFileSync(join(used, 'mine'), 'kept');
  await expect(restore('used')).rejects.toMatchObject({ code: 'conflict' });
  expect(readdirSync(used)).toEqual(['mine']);
});

test('a keystore that holds the keys of a bench is left alone', async () => {
  const keystore = createMemoryKeystore();
  await keystore.set('database-key', 'another');
  const drivers = { clock: createFakeClock(), random: createFakeRandom('x'), openKeystore: async () => keystore };
  const dataDir = join(folder, 'second');
  await expect(restoreBackup(drivers, config(dataDir), { file, key })).rejects.toMatchObject({ code: 'conflict' });
  expect(existsSync(dataDir)).toBe(false);
  expect(await keystore.get('database-key')).toBe('another');
});

test('the command checks and restores, and says by name what is wrong', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/run.mjs', 'scripts/restore.ts', '--backup', file, ...args], {
      encoding: 'utf8',
    });
  const checked = run('--key', keyFile, '--check', '--json');
  expect(checked.stderr).toBe('');
  expect(JSON.parse(checked.stdout)).toMatchObject({ ok: true, restored: false, size: before.entries });
  const dataDir = join(folder, 'by-command');
  const restored = run('--key', keyFile, '--to', dataDir);
  expect(restored.stdout).toContain('Restored into');
  expect(readdirSync(dataDir)).toEqual(expect.arrayContaining(['station.db', 'keys.db', 'keystore.json', 'blobs']));
  const again = run('--key', keyFile, '--to', dataDir);
  expect([again.status, again.stderr]).toEqual([1, expect.stringContaining('(conflict)')]);
  expect(run('--key', keyFile).status).toBe(2);
}, 60_000);
