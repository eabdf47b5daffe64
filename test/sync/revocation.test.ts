import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { verifyPath } from '../../shared/verify/verify-path.ts';
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
const frozenEntries = async () =>
  (await station.admin['journal.list']({ limit: 200 })).filter(({ type }) => type === 'sync.frozen').length;

async function revoke(): Promise<number> {
  const { origin, cosignedSize } = await station.admin['journal.status']();
  await station.server.revoke(origin.split('/')[2] ?? '');
  return cosignedSize;
}

async function verified() {
  const dir = mkdtempSync(join(station.folder, 'export-'));
  station.export(dir);
  const { steps } = await verifyPath(dir, { fleetVkey: station.server.fleetVkey });
  return steps.filter(({ step }) => step === 'revocation').map(({ outcome, detail }) => `${outcome}: ${detail}`);
}

test('a revoked station learns it from the fleet log, stops sending, says so, and proves nothing more', async () => {
  const size = await revoke();
  expect(await verified()).toEqual([expect.stringMatching(/^skipped: .*cannot be seen from here/)]);
  await station.act();
  const { lastAnswer } = await station.reach(({ state }) => state === 'frozen');
  expect(lastAnswer).toMatch(/was revoked/);
  expect((await station.health()).warnings).toContainEqual(expect.stringMatching(/Sync is stopped: .*revoked/));
  expect(await verified()).toEqual([
    expect.stringMatching(new RegExp(`^warning: .*revokes the station at ${size} entries`)),
    expect.stringMatching(new RegExp(`^failed: .*entry ${size} and all that come after it`)),
  ]);
  expect(await frozenEntries()).toBe(1);
  await station.stopBench();
  await station.startBench();
  expect(await station.status()).toMatchObject({ state: 'frozen', lastAnswer });
  await station.act();
  expect(await frozenEntries()).toBe(1);
});

test('the word of whoever answers does not revoke a station: it tries again', async () => {
  const words = JSON.stringify({ type: 'about:blank', status: 403, detail: 'This station was revoked.' });
  station.line.answer((request, response, body) =>
    request.url?.endsWith('/batches')
      ? saying(403, 'application/problem+json', words)(request, response, body)
      : station.line.forward(request, response, body),
  );
  await station.act();
  await station.reach(({ state }) => state === 'waiting');
  station.line.answer(null);
  await settled();
  expect(await verified()).toEqual([expect.stringMatching(/^skipped/)]);
});

test('revoking again changes nothing, and there is no such station but one that was enrolled', async () => {
  const size = await revoke();
  await revoke();
  await station.act();
  await station.reach(({ state }) => state === 'frozen');
  expect((await verified())[0]).toMatch(new RegExp(`at ${size} entries`));
  await expect(station.server.revoke('00000000-0000-4000-8000-000000000000')).rejects.toThrow(/No log of such/);
});

test('a station can be revoked at an earlier entry, and at none that was not received', async () => {
  const { origin, size } = await station.admin['journal.status']();
  const id = origin.split('/')[2] ?? '';
  await expect(station.server.revoke(id, size + 100)).rejects.toThrow(/entries of this station were received/);
  await station.server.revoke(id, 4);
  await station.act();
  await station.reach(({ state }) => state === 'frozen');
  expect(await verified()).toEqual([
    expect.stringMatching(/^warning: .*revokes the station at 4 entries/),
    expect.stringMatching(/^failed: .*entry 4 and all that come after it/),
  ]);
});
