import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSiteKeys } from '../../electron/features/directory/site-keys.ts';
import { builtInSteps, type Step } from '../../shared/checklists.ts';
import type { Client } from '../../shared/client.ts';
import { DirectoryFile } from '../../shared/directory.ts';
import { addPerson, passwords } from '../support/start-station.ts';
import { type Bench, type Fleet, startFleet } from './fleet.ts';

const battery: Step = {
  id: 'battery',
  label: 'Battery health',
  mandatory: true,
  diagnostics: ['battery_health'],
  limit: { unit: '%', min: '80', max: null },
};
const passphrase = 'four words on a slip';
let fleet: Fleet;

beforeEach(async () => {
  fleet = await startFleet();
});
afterEach(() => fleet.close());

const signIn = async (bench: Bench, name: string, password: string): Promise<Client> => {
  const client = bench.station.connect(`${name} ${Math.random()}`);
  await client['identity.sign_in']({ name, password });
  return client;
};

/** The second bench joins the site of the first; its people sign in with what they have there. */
async function joined(): Promise<{ first: Client; second: Client }> {
  const { a, b } = fleet;
  const { content } = await a.admin['directory.invite']({ passphrase });
  expect(content).not.toContain('Tom');
  await expect(b.admin['directory.join']({ content, passphrase: 'another one, as long' })).rejects.toMatchObject({
    code: 'bad_input',
  });
  expect(await b.admin['directory.join']({ content, passphrase })).toMatchObject({ accounts: 4 });
  copyFileSync(join(a.dataDir, 'authenticators.json'), join(b.dataDir, 'authenticators.json'));
  await expect(b.admin['users.list']()).rejects.toMatchObject({ code: 'not_signed_in' });
  return { first: a.admin, second: await signIn(b, 'Ada Admin', passwords.admin) };
}

const active = async (client: Client) =>
  (await client['users.list']()).filter(user => user.active).map(({ id, name, role }) => ({ id, name, role }));

test('by file alone: one account on both benches, a leaver is out at once, the newest counts', async () => {
  const { b } = fleet;
  const { first, second } = await joined();
  expect(await active(second)).toEqual(expect.arrayContaining(await active(first)));
  expect((await active(second)).length).toBe(4);
  const older = await first['directory.export']();

  const nora = fleet.a.station.connect('nora');
  await addPerson(first, nora, { name: 'Nora New', role: 'technician', password: 'a long and new sentence' });
  const tom = (await first['users.list']()).find(user => user.active && user.name === 'Tom Technician');
  if (!tom) throw new Error('Tom is missing');
  await first['users.deactivate']({ operatorId: tom.id });
  const newer = await first['directory.export']();
  expect(newer.content).not.toContain('Nora');

  const atSecond = await signIn(b, 'Tom Technician', passwords.technician);
  await second['directory.import']({ content: newer.content });
  await expect(atSecond['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
  await expect(signIn(b, 'Tom Technician', passwords.technician)).rejects.toMatchObject({ code: 'sign_in_failed' });
  await signIn(b, 'Nora New', 'a long and new sentence');
  expect((await active(second)).toSorted((x, y) => (x.id < y.id ? -1 : 1))).toEqual(
    (await active(first)).toSorted((x, y) => (x.id < y.id ? -1 : 1)),
  );
  await expect(second['directory.import']({ content: older.content })).rejects.toMatchObject({ code: 'conflict' });
  const forged = newer.content.replace(/"sealed":"(.)/, '"sealed":"X');
  await expect(second['directory.import']({ content: forged })).rejects.toMatchObject({ code: 'bad_input' });
  await expect(second['directory.import']({ content: '{}' })).rejects.toMatchObject({ code: 'bad_input' });
  const types = (await second['journal.list']({ limit: 100 })).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['directory.applied', 'operator.deactivated', 'operator.added']));
  expect(await second['journal.verify']()).toMatchObject({ ok: true });
});

test('the rules for accounts travel along, and no directory takes the last admin away', async () => {
  const { a } = fleet;
  const { first, second } = await joined();
  const rules = { idleMinutes: 7, adminPasswordDays: 60, passwordDays: 120, approvalHours: 8 };
  const decided = await first['policy.set'](rules);
  const { content } = await first['directory.export']();
  await second['directory.import']({ content });
  expect(await second['policy.get']()).toEqual(decided);
  const [entry] = (await second['journal.list']({ limit: 20 })).filter(({ type }) => type === 'policy.changed');
  expect(entry).toMatchObject({ data: { ...rules, cause: 'directory' } });

  const keys = await readSiteKeys(a.keystore);
  if (!keys) throw new Error('the bench has no keys of the site');
  const file = DirectoryFile.parse(JSON.parse(content));
  const { users, ...directory } = await keys.open(file.directory);
  const without = users.map(user => (user.role === 'admin' ? { ...user, active: false } : user));
  const signed = await keys.seal({ ...directory, version: directory.version + 1, users: without });
  const before = await second['directory.status']();
  const refused = second['directory.import']({ content: JSON.stringify({ ...file, directory: signed }) });
  await expect(refused).rejects.toThrow('This directory would leave no admin who can sign in. Nothing was changed.');
  expect(await second['directory.status']()).toEqual(before);
  expect((await active(second)).filter(({ role }) => role === 'admin')).toHaveLength(1);
});

test('check-lists travel along: the later of two counts on both benches, and a name keeps its meaning', async () => {
  const { first, second } = await joined();
  const publish = (client: Client, steps: Step[], basedOn = 1) =>
    client['checklists.publish']({ type: 'phone', basedOn, steps });
  const lists = (client: Client) => client['checklists.get']();
  const mine = await publish(first, [...builtInSteps, battery]);
  await fleet.b.station.clock.advance(60_000);
  const later = await publish(second, [battery]);
  expect(later.version).toBe(mine.version);

  await second['directory.import']({ content: (await first['directory.export']()).content });
  expect((await lists(second))[0]).toEqual(later);
  await first['directory.import']({ content: (await second['directory.export']()).content });
  expect(await lists(first)).toEqual(await lists(second));
  const [entry] = (await first['journal.list']({ limit: 20 })).filter(({ type }) => type === 'checklist.adopted');
  expect(entry?.data).toEqual({ type: 'phone', version: 2, sha256: later.sha256, steps: later.steps });
  const types = (await second['journal.list']({ limit: 100 })).map(({ type }) => type);
  expect(types).not.toContain('checklist.adopted');

  const before = await first['directory.status']();
  expect(await first['directory.export']()).toBeDefined();
  expect(await first['directory.status']()).toEqual(before);
  await expect(publish(first, [{ ...battery, label: 'Something else' }], 2)).rejects.toThrow('means “Battery health”');
  expect(await publish(first, [battery, ...builtInSteps], 2)).toMatchObject({ version: 3 });
});

test('through the server: changes of both benches at once meet in one directory', async () => {
  const { a, b } = fleet;
  const { first, second } = await joined();
  await first['sync.enrol']({ serverUrl: fleet.server.url, code: await fleet.server.createEnrolCode() });
  await second['sync.enrol']({ serverUrl: fleet.server.url, code: await fleet.server.createEnrolCode() });
  const [nora, otto] = [a.station.connect('nora'), b.station.connect('otto')];
  await addPerson(first, nora, { name: 'Nora New', role: 'technician', password: 'a long and new sentence' });
  await addPerson(second, otto, { name: 'Otto Other', role: 'technician', password: 'a long and new sentence' });
  const al = (await second['users.list']()).find(user => user.active && user.name === 'Al Auditor');
  if (!al) throw new Error('Al is missing');
  await second['users.deactivate']({ operatorId: al.id });

  const names = async (client: Client) => (await active(client)).map(({ name }) => name).toSorted();
  const wanted = ['Ada Admin', 'Nora New', 'Otto Other', 'Sue Supervisor', 'Tom Technician'];
  const both = async () => [await names(first), await names(second)].every(n => n.join() === wanted.join());
  for (let round = 0; round < 1_000 && !(await both()); round++) {
    await a.until(async () => true, 'a moment');
    for (const bench of [a, b]) {
      await bench.station.clock.advance(30_000);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
  }
  expect(await names(first)).toEqual(wanted);
  expect(await names(second)).toEqual(wanted);
  const version = async (client: Client) => (await client['directory.status']()).version;
  const settled = await version(first);
  for (const bench of [a, b]) {
    await bench.station.clock.advance(20 * 60_000);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  expect([await version(first), await version(second)]).toEqual([settled, settled]);
  expect(fleet.keptByServer().includes('Nora')).toBe(false);
});

test('no directory leaves a bench without an admin who can sign in', async () => {
  const { first, second } = await joined();
  const ada = (await first['users.list']()).find(user => user.role === 'admin');
  if (!ada) throw new Error('Ada is missing');
  await expect(first['users.deactivate']({ operatorId: ada.id })).rejects.toMatchObject({ code: 'conflict' });
  expect((await active(second)).filter(user => user.role === 'admin')).toHaveLength(1);
});
