import { afterEach, beforeEach, expect, test } from 'vitest';
import { passwords } from '../support/start-station.ts';
import { saying } from './interposer.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;

beforeEach(async () => {
  station = await startSyncing();
  await station.enrol();
  await settled();
});
afterEach(() => station.close());

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const cosigned = async () => (await station.admin['journal.status']()).cosignedSize;

test('a server restored from an older copy gets again what it lost', async () => {
  await station.stopServer();
  station.copy('server');
  await station.startServer();
  await station.act();
  await settled();
  const held = await cosigned();
  await station.stopServer();
  station.restore('server');
  await station.startServer();
  expect(await station.witnessed()).toBeLessThan(held);
  await station.act();
  await settled();
  expect(await cosigned()).toBeGreaterThan(held);
  expect(await station.witnessed()).toBe(await cosigned());
  expect(await station.admin['journal.verify']()).toMatchObject({ ok: true });
  const entries = await station.admin['journal.list']({ limit: 200 });
  const fallen = entries.filter(entry => entry.type === 'server.rolled_back');
  expect(fallen).toHaveLength(1);
  expect(fallen[0]?.data).toMatchObject({ cosignedSize: held });
  expect(fallen[0]?.data.serverSize).toBeLessThan(held);
});

const restoreBench = async (meanwhile: () => Promise<void>) => {
  await station.stopBench();
  station.copy('station');
  await station.startBench();
  await meanwhile();
  await settled();
  await station.stopBench();
  station.restore('station');
};
const fiveActs = async () => {
  for (let acts = 0; acts < 5; acts++) await station.act();
};
const noAnswer = saying(503, 'text/plain', '');

test.each([5, 300])('a restored station gets %i and more entries back before it appends, and goes on', async count => {
  let before: Awaited<ReturnType<typeof station.entries>> = [];
  await restoreBench(async () => {
    await fiveActs();
    await station.fill(count);
    await settled();
    before = (await station.entries()).slice(0, await cosigned());
  });
  await station.startBench();
  await station.act();
  await settled();
  const after = await station.entries();
  expect(after.slice(0, before.length)).toEqual(before);
  const recovered = after[before.length];
  expect(recovered).toMatchObject({ type: 'journal.recovered', data: { to: before.length } });
  expect(Number(recovered?.data.lost)).toBeGreaterThan(0);
  expect(await station.admin['journal.verify']()).toMatchObject({ ok: true });
  expect(await station.witnessed()).toBe(await cosigned());
  expect((await station.health()).warnings.join()).toContain('older copy');
});

test('who was deactivated after the copy was made stays out of the restored station', async () => {
  const find = async () => (await station.admin['users.list']()).find(({ name }) => name === 'Tom Technician');
  await restoreBench(async () => {
    const tom = await find();
    await station.admin['identity.step_up']({ password: passwords.admin });
    if (tom) await station.admin['users.deactivate']({ operatorId: tom.id });
  });
  await station.startBench();
  expect(await find()).toMatchObject({ active: false });
});

test('entries that were changed on the way back are not taken', async () => {
  await restoreBench(fiveActs);
  station.line.answer(async (request, response, body) => {
    if (!request.url?.includes('/tile/entries/')) return station.line.forward(request, response, body);
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    response.end(Buffer.from([0, 2, 0x7b, 0x7d]));
  });
  await station.startBench();
  const types = (await station.entries()).map(({ type }) => type);
  expect(types).not.toContain('journal.recovered');
  await station.act();
  await station.reach(({ state }) => state === 'frozen');
});

test('a restored station that went on without its server stops its sync; the server keeps what it has', async () => {
  await restoreBench(fiveActs);
  station.line.answer(noAnswer);
  await station.startBench();
  station.line.answer(null);
  const held = await station.witnessed();
  await station.act();
  const { lastAnswer } = await station.reach(({ state }) => state === 'frozen');
  expect(lastAnswer).toMatch(/older copy/);
  const { warnings } = await station.health();
  expect(warnings).toContainEqual(expect.stringMatching(/Sync is stopped: .*Call an admin/));
  expect(await station.witnessed()).toBe(held);
});

test('a restored station that wrote more than it had before is stopped for its other history', async () => {
  await restoreBench(station.act);
  station.line.answer(noAnswer);
  await station.startBench();
  await station.fill(50);
  station.line.answer(null);
  const held = await station.witnessed();
  await station.act();
  const { lastAnswer } = await station.reach(({ state }) => state === 'frozen');
  expect(lastAnswer).toMatch(/another history/);
  expect(await station.witnessed()).toBe(held);
  expect((await station.admin['journal.list']({ limit: 20 })).map(({ type }) => type)).toContain('sync.frozen');
});

test.each([
  ['a dispute without a head', saying(422, 'application/problem+json', '{"detail":"forked"}')],
  ['a size beyond the journal', saying(409, 'text/x.tlog.size', '999999\n')],
])('%s, from something in between, freezes nothing', async (_, act) => {
  const held = await cosigned();
  station.line.answer(act);
  await station.act();
  await station.reach(({ state }) => state === 'waiting');
  expect(await cosigned()).toBe(held);
  station.line.answer(null);
  await settled();
  expect(await station.witnessed()).toBe(await cosigned());
});
