import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;

beforeEach(async () => {
  station = await startSyncing();
});
afterEach(() => station.close());

test('with the token of a station: what a bench forgets is ordered, acknowledged and complete', async () => {
  await station.enrol();
  await station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
  const tom = (await station.admin['users.list']()).find(user => user.role === 'technician');
  if (!tom) throw new Error('nobody to forget');
  await station.admin['users.deactivate']({ operatorId: tom.id });
  await station.admin['privacy.forget']({ subject: tom.id });
  const row = async () => (await station.admin['privacy.fleet']())[0];
  const asked = (path: RegExp) => station.line.seen.some(seen => path.test(seen.path) && seen.status < 300);
  const isDone = async () =>
    (await row())?.completedAt !== null && asked(/\/pii$/) && asked(/^\/v1\/subjects\/.*\/key$/);
  for (let tries = 0; tries < 2_000 && !(await isDone()); tries++) {
    if (station.line.idle()) await station.advance(2_000);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
  expect(await isDone()).toBe(true);
  expect(await row()).toMatchObject({ subject: tom.id, here: 'done', order: 1, waiting: 0, refusal: null });
});
