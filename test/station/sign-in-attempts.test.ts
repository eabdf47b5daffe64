import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Client } from '../../shared/client.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const tryAs = (client: Client, name: string, password = 'not the password at all') =>
  client['identity.sign_in']({ name, password }).then(
    () => 'in',
    (error: { code: string }) => error.code,
  );
const typesOf = async (reader: Client) => (await reader['journal.list']({ limit: 100 })).map(entry => entry.type);

/** Fails until the name is locked, letting each delay pass. */
async function lockOut(client: Client, name: string) {
  for (let tries = 0; tries < 10; tries++) {
    expect(await tryAs(client, name), `${name} ${tries}`).toBe('sign_in_failed');
    await bench.clock.advance(300_000);
  }
}

test.each(['Tom Technician', 'Nobody Known'])(
  'after three failures %s waits longer each time, right password or not',
  async name => {
    bench = await startStation();
    await staff(bench);
    const stranger = bench.connect('stranger');
    for (let tries = 0; tries < 3; tries++) expect(await tryAs(stranger, name)).toBe('sign_in_failed');
    expect(await tryAs(stranger, name, passwords.technician)).toBe('too_many_attempts');
    await bench.clock.advance(1_000);
    expect(await tryAs(stranger, name)).toBe('sign_in_failed');
    await bench.clock.advance(1_000);
    expect(await tryAs(stranger, name)).toBe('too_many_attempts');
    await bench.clock.advance(1_000);
    expect(await tryAs(stranger, name)).toBe('sign_in_failed');
  },
);

test('a lock holds for known and unknown names alike, and a supervisor opens it', async () => {
  bench = await startStation();
  const { supervisor, technician } = await staff(bench);
  const stranger = bench.connect('stranger');
  for (const name of ['Tom Technician', 'Nobody Known']) {
    await lockOut(stranger, name);
    await bench.clock.advance(24 * 3_600_000);
    expect(await tryAs(stranger, name, passwords.technician)).toBe('too_many_attempts');
  }
  const tom = (await supervisor['users.list']()).find(user => user.name === 'Tom Technician');
  if (!tom) throw new Error('Tom is missing');
  expect(tom).toMatchObject({ locked: true, failedAttempts: 10 });
  await expect(technician['users.unlock']({ operatorId: tom.id })).rejects.toMatchObject({ code: 'not_permitted' });
  await supervisor['identity.step_up']({ password: passwords.supervisor });
  expect(await supervisor['users.unlock']({ operatorId: tom.id })).toMatchObject({ locked: false, failedAttempts: 0 });
  expect(await tryAs(stranger, 'Tom Technician', passwords.technician)).toBe('in');
  const types = await typesOf(supervisor);
  expect(types.filter(type => type === 'sign_in.locked')).toHaveLength(2);
  expect(types).toContain('operator.unlocked');
});

test('where nobody else could unlock, a lock opens after an hour', async () => {
  bench = await startStation();
  const alone = bench.connect('alone');
  const setUp = { siteName: 'S', stationName: 'B', adminName: 'Ada Admin', password: passwords.admin };
  await alone['identity.set_up'](setUp);
  const stranger = bench.connect('stranger');
  await lockOut(stranger, 'Ada Admin');
  expect(await tryAs(stranger, 'Ada Admin', passwords.admin)).toBe('too_many_attempts');
  await bench.clock.advance(3_600_000);
  expect(await tryAs(stranger, 'Ada Admin', passwords.admin)).toBe('in');
});

test('neither a restart nor a clock set forward shortens the wait', async () => {
  const [dataDir, keystore] = [mkdtempSync(join(tmpdir(), 'bench-attempts-')), createMemoryKeystore()];
  bench = await startStation({ dataDir, keystore });
  await staff(bench);
  const stranger = bench.connect('stranger');
  for (let tries = 0; tries < 3; tries++) await tryAs(stranger, 'Tom Technician');
  bench.clock.stepWall(24 * 3_600_000);
  expect(await tryAs(stranger, 'Tom Technician')).toBe('too_many_attempts');
  await bench.station.close();
  bench = await startStation({ dataDir, keystore, seed: 'again' });
  expect(await tryAs(bench.connect('s'), 'Tom Technician', passwords.technician)).toBe('too_many_attempts');
  await bench.clock.advance(1_000);
  expect(await tryAs(bench.connect('s'), 'Tom Technician', passwords.technician)).toBe('in');
});

test('twenty guesses at once are no more than twenty one after another', async () => {
  bench = await startStation();
  await staff(bench);
  const guesses = Array.from({ length: 20 }, (_, i) => tryAs(bench.connect(`guess ${i}`), 'Tom Technician'));
  const codes = await Promise.all(guesses);
  expect(codes.filter(code => code === 'sign_in_failed')).toHaveLength(3);
  expect(codes.filter(code => code === 'too_many_attempts')).toHaveLength(17);
});

test('wrong passwords given again count too, and name who failed', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  await technician['identity.lock']();
  for (let tries = 0; tries < 3; tries++) {
    await expect(technician['identity.unlock']({ password: 'wrong wrong wrong' })).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
  }
  await expect(technician['identity.unlock']({ password: passwords.technician })).rejects.toMatchObject({
    code: 'too_many_attempts',
  });
  const refused = (await supervisor['journal.list']({ limit: 10 })).filter(e => e.type === 'session.refused');
  expect(refused.map(entry => entry.actorName)).toEqual(Array.from({ length: 4 }, () => 'Tom Technician'));
  expect(refused[0]?.data).toEqual({ cause: 'delayed' });
});

test('names that look alike are one name', async () => {
  bench = await startStation();
  const { admin } = await staff(bench);
  for (const name of ['TOM  technician', 'Tоm Technician', 'Ｔｏｍ Technician', 'T0m Technician']) {
    await expect(admin['users.invite']({ name, role: 'technician' }), name).rejects.toMatchObject({ code: 'conflict' });
  }
});
