import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let dataDir: string;
let keystore: Keystore;
let bench: TestStation;
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'bench-privacy-'));
  keystore = createMemoryKeystore();
  bench = await startStation({ dataDir, keystore });
});
afterEach(async () => {
  await bench.close();
});

/** A finished job with evidence and a report: everything the bench can keep about a device. */
async function finishedJob() {
  const people = await staff(bench);
  const { technician, supervisor } = people;
  const job = await erase(bench, technician, await openJob(bench, technician));
  await technician['evidence.add']({ jobId: job.id, caption: 'Scratch at the camera', contentBase64: pixelPng });
  await testFunctions(technician, job.id);
  await supervisor['jobs.sign_off']({ jobId: job.id });
  await technician['reports.issue']({ jobId: job.id, scope: 'master', variant: 'internal' });
  return { ...people, job };
}

/** Every byte the bench keeps, the databases opened with their keys. */
async function everythingKept(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (const [name, keyName] of [
    ['station.db', 'database-key'],
    ['keys.db', 'keys-database-key'],
  ] as const) {
    const copy = join(dataDir, `${name}.opened`);
    copyFileSync(join(dataDir, name), copy);
    if (existsSync(join(dataDir, `${name}-wal`))) copyFileSync(join(dataDir, `${name}-wal`), `${copy}-wal`);
    const db = new Sqlite(copy);
    db.pragma(`cipher='sqlcipher'`);
    db.pragma('legacy=4');
    db.pragma(`key="x'${Buffer.from((await keystore.get(keyName)) ?? '', 'base64').toString('hex')}'"`);
    db.pragma('rekey=""');
    parts.push(db.serialize());
    db.close();
    for (const file of [copy, `${copy}-wal`, `${copy}-shm`]) rmSync(file, { force: true });
  }
  for (const name of readdirSync(join(dataDir, 'blobs'))) parts.push(readFileSync(join(dataDir, 'blobs', name)));
  return Buffer.concat(parts);
}

const ciphertextsOf = (subject: string, kept: Sqlite.Database) =>
  kept.prepare('SELECT ct FROM pii WHERE subject = ?').all(subject) as { ct: Buffer }[];

async function openStationDatabase(): Promise<Sqlite.Database> {
  const db = new Sqlite(join(dataDir, 'station.db'), { readonly: true });
  db.pragma(`cipher='sqlcipher'`);
  db.pragma('legacy=4');
  db.pragma(`key="x'${Buffer.from((await keystore.get('database-key')) ?? '', 'base64').toString('hex')}'"`);
  return db;
}

describe('forgetting a device', () => {
  test('leaves no byte of it, and every proof holds', async () => {
    const { admin, supervisor, job } = await finishedJob();
    const subject = job.deviceId.slice(3);
    const db = await openStationDatabase();
    const sealed = ciphertextsOf(subject, db).map(row => row.ct);
    db.close();
    expect(sealed.length).toBeGreaterThan(5);
    expect((await everythingKept()).includes(sealed[0] ?? '')).toBe(true);

    expect(await admin['privacy.preview']({ subject: job.deviceId })).toMatchObject({
      sealedValues: sealed.length,
      files: 4,
      obstacles: [],
    });
    const done = await admin['privacy.forget']({ subject: job.deviceId });
    expect(done).toMatchObject({ sealedValues: 0, files: 0 });
    expect(done.forgottenAt).not.toBeNull();

    const kept = await everythingKept();
    for (const ct of sealed) expect(kept.includes(ct)).toBe(false);
    for (const secret of [job.identifiers.serial ?? '', ...job.identifiers.imei])
      expect(kept.includes(secret)).toBe(false);
    expect(await supervisor['journal.verify']()).toMatchObject({ ok: true });
    expect(await supervisor['jobs.get']({ jobId: job.id })).toMatchObject({
      ticket: job.ticket,
      place: 'completed',
      identifiers: { serial: null, imei: [] },
    });
    const [report] = await supervisor['reports.list']({ jobId: job.id });
    await expect(supervisor['reports.download']({ reportId: report?.id ?? (job.id as never) })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('leaves others alone, and makes older copies of the keys worthless', async () => {
    const { admin, supervisor, job } = await finishedJob();
    const aside = (from: string, to: string) => {
      for (const suffix of ['', '-wal']) {
        rmSync(join(dataDir, `${to}${suffix}`), { force: true });
        if (existsSync(join(dataDir, `${from}${suffix}`)))
          copyFileSync(join(dataDir, `${from}${suffix}`), join(dataDir, `${to}${suffix}`));
      }
    };
    aside('keys.db', 'keys.older');
    await admin['privacy.forget']({ subject: job.deviceId });
    expect((await admin['users.list']()).map(user => user.name)).toContain('Tom Technician');
    expect((await supervisor['journal.list']({ limit: 1 }))[0]?.actorName).toBe('Ada Admin');
    await bench.station.close();
    aside('keys.db', 'keys.newest');
    aside('keys.older', 'keys.db');
    await expect(startStation({ dataDir, keystore, seed: 'older keys' })).rejects.toMatchObject({
      code: 'database_key_wrong',
    });
    aside('keys.none', 'keys.db');
    await expect(startStation({ dataDir, keystore, seed: 'no keys' })).rejects.toMatchObject({
      code: 'database_key_wrong',
    });
    aside('keys.newest', 'keys.db');
    bench = await startStation({ dataDir, keystore, seed: 'again' });
  });

  test('waits for the job to end and for a legal hold to be released', async () => {
    const { admin, technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const subject = job.deviceId;
    await expect(admin['privacy.forget']({ subject })).rejects.toMatchObject({ code: 'conflict' });
    await technician['jobs.fail']({ jobId: job.id, reason: 'The customer wants it back.' });
    await admin['privacy.hold']({ subject, reason: 'Asked for by a court, file 12.' });
    expect(await admin['privacy.holds']()).toMatchObject([{ subject, reason: 'Asked for by a court, file 12.' }]);
    await expect(admin['privacy.forget']({ subject })).rejects.toMatchObject({ code: 'legal_hold' });
    await admin['privacy.release_hold']({ subject });
    expect(await admin['privacy.forget']({ subject })).toMatchObject({ sealedValues: 0 });
    expect(await admin['privacy.holds']()).toEqual([]);
  });

  test('a legal hold stands against erasing the device as well', async () => {
    const { admin, technician } = await staff(bench);
    const job = await openJob(bench, technician);
    await admin['privacy.hold']({ subject: job.deviceId, reason: 'Asked for by a court, file 12.' });
    await expect(erase(bench, technician, job)).rejects.toThrow('A legal hold forbids erasing this device.');
    expect(bench.virtual.list()[0]?.setupState).toBe('in_use');
  });
});

describe('forgetting a person', () => {
  test('takes the name and the password hash, keeps what they did', async () => {
    const { admin, supervisor, job } = await finishedJob();
    const tom = (await admin['users.list']()).find(user => user.role === 'technician');
    if (!tom) throw new Error('nobody to forget');
    await expect(admin['privacy.forget']({ subject: tom.id })).rejects.toMatchObject({ code: 'conflict' });
    await admin['users.deactivate']({ operatorId: tom.id });
    await admin['privacy.forget']({ subject: tom.id });
    const kept = await everythingKept();
    expect(kept.includes('Tom Technician')).toBe(false);
    const db = await openStationDatabase();
    expect(db.prepare('SELECT password_hash, active FROM operator WHERE id = ?').get(tom.id)).toEqual({
      password_hash: '',
      active: 0,
    });
    db.close();
    const acts = (await supervisor['journal.list']({ limit: 200, jobId: job.id })).filter(
      entry => entry.actor === tom.id,
    );
    expect(acts.length).toBeGreaterThan(5);
    expect(new Set(acts.map(entry => entry.actorName))).toEqual(new Set([null]));
    const stranger = bench.connect('stranger');
    const attempt = stranger['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    await expect(attempt).rejects.toMatchObject({ code: 'sign_in_failed' });
  });

  test('is for admins who gave their password lately', async () => {
    const { admin, supervisor, job } = await finishedJob();
    await expect(supervisor['privacy.forget']({ subject: job.deviceId })).rejects.toMatchObject({
      code: 'not_permitted',
    });
    await bench.clock.advance(6 * 60_000);
    await expect(admin['privacy.forget']({ subject: job.deviceId })).rejects.toMatchObject({ code: 'step_up_needed' });
  });
});
