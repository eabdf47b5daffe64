import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { openJob, startErase } from '../support/job-steps.ts';
import { passwords, staff, startStation } from '../support/start-station.ts';

const readOnlyFolder = mkdtempSync(join(tmpdir(), 'bench-read-only-'));
let dataDir: string;
let keystore: Keystore;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'bench-start-'));
  keystore = createMemoryKeystore();
});
afterEach(() => {
  chmodSync(dataDir, 0o700);
  rmSync(dataDir, { recursive: true, force: true });
});

const start = (seed = 'first') => startStation({ dataDir, keystore, seed });

/** A folder that somebody has worked in; the station is closed again, the data stay. */
async function used() {
  const bench = await start();
  const people = await staff(bench);
  const job = await openJob(bench, people.technician);
  await bench.station.close();
  return job;
}

describe('a start says what is wrong and loses nothing', () => {
  test('another bench has the folder', async () => {
    const bench = await start();
    await expect(start('second')).rejects.toMatchObject({ code: 'already_running' });
    await bench.station.close();
    const again = await start('third');
    await again.station.close();
  });

  test('the keystore is not the one that made the data', async () => {
    await used();
    await expect(startStation({ dataDir, keystore: createMemoryKeystore() })).rejects.toMatchObject({
      code: 'database_key_wrong',
    });
    const wrong = createMemoryKeystore();
    for (const name of ['database-key', 'keys-database-key', 'wrapping-key'])
      await wrong.set(name, Buffer.alloc(32, 7).toString('base64'));
    await wrong.set('log-key', (await keystore.get('log-key')) ?? '');
    await expect(startStation({ dataDir, keystore: wrong })).rejects.toMatchObject({ code: 'database_key_wrong' });
    const right = await start('again');
    await right.station.close();
  });

  test('the database file was cut short', async () => {
    await used();
    const file = join(dataDir, 'station.db');
    copyFileSync(file, join(dataDir, 'kept'));
    truncateSync(file, 8_192);
    await expect(start('again')).rejects.toMatchObject({ code: 'database_damaged' });
    copyFileSync(join(dataDir, 'kept'), file);
    const right = await start('and again');
    await right.station.close();
  });

  test('the folder is a file', async () => {
    const file = join(dataDir, 'file');
    writeFileSync(file, '');
    await expect(startStation({ dataDir: file })).rejects.toMatchObject({ code: 'data_folder_unusable' });
  });

  // Permissions say nothing to root, a read-only disk does.
  const isRoot = process.getuid?.() === 0;
  const readOnly = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', readOnlyFolder]).status === 0;
  afterAll(() => {
    if (readOnly) spawnSync('umount', [readOnlyFolder]);
    rmSync(readOnlyFolder, { recursive: true, force: true });
  });
  test.skipIf(isRoot && !readOnly)(
    'the folder may not be written (skipped for a root that may not mount)',
    async () => {
      if (!readOnly) chmodSync(dataDir, 0o500);
      const starting = startStation({ dataDir: readOnly ? join(readOnlyFolder, 'data') : dataDir, keystore });
      await expect(starting).rejects.toMatchObject({ code: 'data_folder_unusable' });
    },
  );
});

test('what was acknowledged is there after a restart', async () => {
  const job = await used();
  const bench = await start('second');
  const technician = bench.connect('t');
  await technician['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  expect(await technician['jobs.list']({ open: true })).toMatchObject([
    { id: job.id, ticket: job.ticket, place: 'reset.awaiting_start', identifiers: job.identifiers, attached: false },
  ]);
  await bench.station.close();
});

test('an erase under way when the bench stops is interrupted, never erased', async () => {
  const bench = await start();
  const { technician } = await staff(bench);
  const job = await startErase(bench, technician, await openJob(bench, technician));
  expect(job.place).toBe('reset.erasing');
  await bench.station.close();
  const again = await start('second');
  const supervisor = again.connect('s');
  await supervisor['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
  expect(await supervisor['jobs.get']({ jobId: job.id })).toMatchObject({
    place: 'reset.interrupted',
    erase: { status: 'indeterminate' },
  });
  expect(await supervisor['journal.verify']()).toMatchObject({ ok: true });
  await again.station.close();
});

test('a ticket number is not used again when an older copy of the data comes back', async () => {
  const bench = await start();
  await staff(bench);
  await bench.station.close();
  for (const name of ['station.db', 'keys.db']) copyFileSync(join(dataDir, name), join(dataDir, `${name}.copy`));

  const later = await start('second');
  const tom = later.connect('t');
  await tom['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  const used = await openJob(later, tom);
  await later.station.close();

  for (const name of ['station.db', 'keys.db']) copyFileSync(join(dataDir, `${name}.copy`), join(dataDir, name));
  const restored = await start('third');
  const back = restored.connect('t');
  await back['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  const next = await openJob(restored, back);
  expect(Number(next.ticket.split('-')[1])).toBeGreaterThan(Number(used.ticket.split('-')[1]));
  expect((await back['health.get']()).warnings.join()).toContain('older copy');
  await restored.station.close();
});

test('how far the journal got is anchored outside the data with each ticket, not only when the bench is closed', async () => {
  const bench = await start();
  const { technician } = await staff(bench);
  await openJob(bench, technician);
  const anchored = JSON.parse((await keystore.get('high-water')) ?? '{}') as { logSize: number; logRoot: string };
  expect(anchored.logSize).toBeGreaterThan(5);
  expect(anchored.logRoot).toMatch(/^[\w+/]{43}=$/);
  await bench.station.close();
});

describe('a full disk', () => {
  const full = mkdtempSync(join(tmpdir(), 'bench-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', full]).status === 0;
  afterAll(() => {
    if (mounted) spawnSync('umount', [full]);
    rmSync(full, { recursive: true, force: true });
  });

  test.skipIf(!mounted)(
    'stops the work with a clear message and keeps what was recorded (needs a mount: run as root)',
    async () => {
      const bench = await startStation({ dataDir: full, keystore });
      const { technician } = await staff(bench);
      const job = await openJob(bench, technician);
      const filler = join(full, 'filler');
      for (let size = 1 << 20; size >= 1 << 10; size >>= 1) {
        while (
          spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'oflag=append', 'conv=notrunc', `bs=${size}`, 'count=1'])
            .status === 0
        );
      }
      const before = await technician['jobs.get']({ jobId: job.id });
      const refused = async () => {
        for (let i = 0; i < 100; i++) await technician['jobs.hold']({ jobId: job.id, reason: 'x'.repeat(4_000) });
      };
      await expect(refused()).rejects.toMatchObject({ code: 'disk_full' });
      expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({
        ticket: before.ticket,
        place: before.place,
      });
      rmSync(filler);
      expect(await technician['jobs.hold']({ jobId: job.id, reason: 'There is room again.' })).toMatchObject({
        place: 'on_hold',
      });
      await bench.station.close();
      const again = await startStation({ dataDir: full, keystore, seed: 'again' });
      const supervisor = again.connect('s');
      await supervisor['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
      expect(await supervisor['journal.verify']()).toMatchObject({ ok: true });
      await again.station.close();
    },
  );
});

test('nothing in the data folder can be read without the keys', async () => {
  const job = await used();
  for (const name of ['station.db', 'keys.db', 'station.db-wal']) {
    const file = join(dataDir, name);
    if (!existsSync(file)) continue;
    const bytes = readFileSync(file);
    for (const secret of ['SQLite format', 'Tom Technician', job.ticket, job.identifiers.serial ?? 'no serial']) {
      expect(bytes.includes(secret), `${secret} in ${name}`).toBe(false);
    }
  }
});
