import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { openNote, parseVkey } from '../../shared/tlog/note.ts';
import { createStationLog } from '../server/station-client.ts';
import { saying } from './interposer.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

let station: Syncing;
beforeEach(async () => {
  station = await startSyncing();
  await station.enrol();
  await round();
});
afterEach(() => station.close());

/** Lets the station see to its server, once more than it has. */
async function round(): Promise<void> {
  const looks = () => station.line.seen.filter(({ path }) => path.startsWith('/fleet/head')).length;
  const before = looks();
  for (let tries = 0; tries < 2_000 && looks() === before; tries++) {
    if (station.line.idle()) await station.advance(5_000);
    await pause(5);
  }
  expect(looks()).toBeGreaterThan(before);
  await station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
}
const found = async () => (await station.entries()).filter(({ type }) => type === 'fleet.inconsistent');
const grow = async (prefix: string) => {
  const { url } = station.server;
  const answer = await createStationLog().enrol(url, await station.server.createEnrolCode(), prefix);
  expect(answer.status).toBe(201);
};

test('a fleet that grows, and a server that was restored and comes by the same history, are no cause for words', async () => {
  await grow('AAAA');
  await round();
  await station.stopServer();
  station.copy('server');
  await station.startServer();
  await round();
  await station.stopServer();
  station.restore('server');
  await station.startServer();
  await round();
  expect(await found()).toEqual([]);
  expect((await station.health()).warnings.join()).not.toContain('two different histories');
});

test.each([
  ['of the same length', 1],
  ['that is longer', 3],
])('another history of the fleet %s is recorded with both signed heads, told, and recorded once', async (_, more) => {
  await station.stopServer();
  station.copy('server');
  await station.startServer();
  await grow('AAAA');
  await round();
  await station.stopServer();
  station.restore('server');
  await station.startServer();
  for (let i = 0; i < more; i++) await grow(`BBB${i}`);
  await round();
  for (let i = 0; i < 3; i++) await station.advance(300_000);
  const [entry, ...others] = await found();
  expect(others).toEqual([]);
  const heads = [entry?.data.seen, entry?.data.shown].map(note => {
    const { text } = openNote(String(note), [parseVkey(station.server.fleetVkey)]);
    return parseCheckpoint(text);
  });
  expect(heads[1]?.size).toBe((heads[0]?.size ?? 0) + more - 1);
  expect((await station.health()).warnings.join()).toContain('two different histories');
});

test('nonsense from something in between convicts nobody', async () => {
  const wrong = saying(200, 'application/json', JSON.stringify({ note: 'no note', proof: [] }));
  station.line.answer((request, response, body) =>
    request.url?.startsWith('/fleet/head')
      ? wrong(request, response, body)
      : station.line.forward(request, response, body),
  );
  await round();
  expect(await found()).toEqual([]);
});
