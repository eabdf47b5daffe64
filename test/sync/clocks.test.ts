import { afterEach, beforeEach, expect, test } from 'vitest';
import { saying } from './interposer.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

const hourMs = 3_600_000;
let station: Syncing;

beforeEach(async () => {
  station = await startSyncing();
});
afterEach(() => station.close());

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const tokens = () => station.line.seen.filter(({ path }) => path === '/oauth/token');

test('one token serves many batches, and a new one is asked for before it ends', async () => {
  await station.enrol();
  await settled();
  for (let acts = 0; acts < 3; acts++) {
    await station.act();
    await settled();
  }
  expect(tokens()).toHaveLength(1);
  // Time that jumps further while a request is on its way makes its proof too old.
  for (let steps = 0; steps < 29; steps++) {
    await station.advance(30_000);
    await settled();
  }
  await station.act();
  await settled();
  expect(tokens().map(({ status }) => status)).toEqual([200, 200]);
  expect(station.line.batches().every(({ status }) => status === 200)).toBe(true);
});

test('a server that restarted knows no token: another is asked for, once', async () => {
  await station.enrol();
  await settled();
  await station.stopServer();
  await station.startServer();
  const before = station.line.batches().length;
  await station.act();
  await settled();
  expect(
    station.line
      .batches()
      .slice(before, before + 2)
      .map(({ status }) => status),
  ).toEqual([401, 200]);
  expect(tokens()).toHaveLength(2);
});

test.each([5, -5, 23])('clocks that are %i hours apart are got over with the time of the server', async hours => {
  station.setApart(hours * hourMs);
  await station.enrol();
  await settled();
  expect(await station.witnessed()).toBe((await station.admin['journal.status']()).size);
  expect(tokens().map(({ status }) => status)).toEqual([401, 200]);
});

test.each([365, -365])(
  'clocks that are %i days apart are told in words, without a loop, and the bench goes on working',
  async days => {
    await station.enrol();
    await settled();
    await station.advance(15 * 60_000);
    station.setApart(days * 24 * hourMs);
    await station.act();
    const { lastAnswer, nextAttemptAt } = await station.reach(({ state }) => state === 'waiting');
    expect(lastAnswer).toMatch(/clock of this bench and that of the server are about 365 days apart/);
    const asked = station.line.seen.length;
    await station.reach(status => status.state === 'waiting' && status.nextAttemptAt !== nextAttemptAt);
    expect(station.line.seen.length - asked).toBeLessThan(20);
    await station.act();
    expect((await station.status()).pendingEntries).toBeGreaterThan(0);
    station.setApart(0);
    await settled();
    expect(await station.witnessed()).toBe((await station.admin['journal.status']()).cosignedSize);
  },
);

test.each([
  ['a sign-in page', saying(200, 'text/html', '<form>')],
  ['nonsense', saying(200, 'application/json', '{"access_token":"a b","token_type":"DPoP","expires_in":900}')],
  ['a token for bearers', saying(200, 'application/json', '{"access_token":"a","token_type":"Bearer","expires_in":9}')],
  ['a conflict', saying(409, 'text/x.tlog.size', '7\n')],
  ['a frozen log', saying(423, 'application/problem+json', '{"detail":"frozen"}')],
])('%s instead of a token sends nothing and stops nothing', async (_, act) => {
  await station.enrol();
  await settled();
  const sent = station.line.batches().length;
  await station.stopServer();
  await station.startServer();
  station.line.answer((request, response, body) =>
    (request.url === '/oauth/token' ? act : station.line.forward)(request, response, body),
  );
  await station.act();
  await station.reach(({ state }) => state === 'waiting');
  expect(
    new Set(
      station.line
        .batches()
        .slice(sent)
        .map(({ status }) => status),
    ),
  ).toEqual(new Set([401]));
  station.line.answer(null);
  await settled();
  expect(await station.witnessed()).toBe((await station.admin['journal.status']()).cosignedSize);
});
