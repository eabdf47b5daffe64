import { afterEach, beforeEach, expect, test } from 'vitest';
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

test('a station restored from an older copy stops its sync and says so; the server keeps what it has', async () => {
  await station.stopBench();
  station.copy('station');
  await station.startBench();
  for (let acts = 0; acts < 5; acts++) await station.act();
  await settled();
  const held = await station.witnessed();
  await station.stopBench();
  station.restore('station');
  await station.startBench();
  await station.act();
  const { lastAnswer } = await station.reach(({ state }) => state === 'frozen');
  expect(lastAnswer).toMatch(/older copy/);
  const { warnings } = await station.health();
  expect(warnings).toContainEqual(expect.stringMatching(/Sync is stopped: .*Call an admin/));
  expect(await station.witnessed()).toBe(held);
});

test('a restored station that wrote more than it had before is stopped for its other history', async () => {
  await station.stopBench();
  station.copy('station');
  await station.startBench();
  await station.act();
  await settled();
  const held = await station.witnessed();
  await station.stopBench();
  station.restore('station');
  await station.startBench();
  await station.fill(50);
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
