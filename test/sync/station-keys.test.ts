import { type KeyObject, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parsePrivateKeys } from '../../electron/features/journal/private-keys.ts';
import { createStationAccess } from '../server/station-access.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;
beforeEach(async () => {
  station = await startSyncing();
  await station.enrol();
  await settled();
});
afterEach(() => station.close());

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const seed = async (name: string) => (await station.keystore.get(name)) ?? '';

async function authKey(): Promise<KeyObject> {
  const key = parsePrivateKeys(await seed('auth-key'), 'ed25519').at(-1);
  if (!key) throw new Error('there is no key');
  return key;
}

/** What the server says to an assertion by this key. */
async function statusFor(key: KeyObject): Promise<number> {
  const { origin } = await station.admin['journal.status']();
  const { url, fleetVkey: audience } = station.server;
  const who = { stationId: origin.split('/')[2] ?? '', authKey: key };
  return (await createStationAccess(who, { url, audience, now: station.now }).ask()).status;
}

test('the server knows the station by its new keys, and by the old one no longer once the new one was used', async () => {
  const old = await authKey();
  const before = await seed('encryption-key');
  expect(await station.admin['keys.rotate']()).toMatchObject({ left: null });
  expect((await authKey()).equals(old)).toBe(false);
  expect((await seed('encryption-key')).split(' ')).toEqual([before, expect.any(String)]);
  expect(await station.keystore.get('station-keys-next')).toBe(null);
  await station.act();
  await settled();
  expect(await statusFor(await authKey())).toBe(200);
  expect(await statusFor(old)).toBe(401);
  await station.stopBench();
  await station.startBench();
  await station.act();
  await settled();
  expect(await station.witnessed()).toBe((await station.admin['journal.status']()).cosignedSize);
});

test('without the server these keys stay, everything else is replaced; with it the next attempt succeeds', async () => {
  const old = await authKey();
  await station.stopServer();
  const { keys, left } = await station.admin['keys.rotate']();
  expect(left).toMatch(/keys that the server knows stay as they are/);
  expect(new Set(keys.map(({ kind }) => kind))).toEqual(new Set(['log', 'server', 'subjects', 'databases']));
  expect((await authKey()).equals(old)).toBe(true);
  const offered = await seed('station-keys-next');
  await station.startServer();
  await station.act();
  await settled();
  expect(await station.admin['keys.rotate']()).toMatchObject({ left: null });
  expect(offered.split(' ')[0]).toBe((await seed('auth-key')).split(' ').at(-1));
  await station.act();
  await settled();
});

test('an answer that is lost shuts nobody out: both keys are good until the new one is used', async () => {
  const old = await authKey();
  station.line.answer(async (request, response, body) => {
    if (!request.url?.endsWith('/station/keys')) return station.line.forward(request, response, body);
    const swallowed = Object.assign(Object.create(response), { writeHead: () => response, end: () => response });
    await station.line.forward(request, swallowed, body);
    response.destroy();
  });
  expect((await station.admin['keys.rotate']()).left).toMatch(/stay as they are/);
  station.line.answer(null);
  expect((await authKey()).equals(old)).toBe(true);
  await station.stopBench();
  await station.startBench();
  await station.act();
  await settled();
  expect(await statusFor(old)).toBe(200);
  expect(await station.admin['keys.rotate']()).toMatchObject({ left: null });
  await station.act();
  await settled();
  expect(await statusFor(old)).toBe(401);
  const entries = await station.admin['journal.list']({ limit: 100 });
  expect(entries.filter(({ type }) => type === 'station_keys.replaced')).toHaveLength(1);
});

test('a stranger changes nothing', async () => {
  const answer = await fetch(new URL('/v1/station/keys', station.server.url), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ previous: randomUUID() }),
  });
  expect(answer.status).toBe(401);
});
