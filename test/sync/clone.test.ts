import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { createTokenAccess } from '../../electron/drivers/central/tokens.http.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import type { Client } from '../../shared/client.ts';
import { passwords, startStation, type TestStation } from '../support/start-station.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

const secrets = [
  ...['database-key', 'keys-database-key', 'wrapping-key', 'log-key', 'auth-key', 'encryption-key'],
  ...['identity-key', 'high-water'],
];
const settled = ({ state, pendingEntries }: Awaited<ReturnType<Syncing['status']>>) =>
  state === 'idle' && pendingEntries === 0;

let station: Syncing;
let twin: { bench: TestStation; admin: Client } | null = null;

beforeEach(async () => {
  station = await startSyncing();
  await station.enrol();
  await station.reach(settled);
});
afterEach(async () => {
  await twin?.bench.close();
  twin = null;
  await station.close();
});

/** The whole journal, oldest first. */
async function entriesOf(client: Client) {
  const pages = [];
  for (let before = (await client['journal.status']()).size; before > 0; before -= 200) {
    pages.push(await client['journal.list']({ limit: Math.min(200, before), before }));
  }
  return pages.flat().toReversed();
}

/** The secrets as they are now; what their owner writes later is not in it. */
async function copyOf(keystore: Keystore): Promise<Keystore> {
  const copy = createMemoryKeystore();
  for (const name of secrets) {
    const value = await keystore.get(name);
    if (value !== null) await copy.set(name, value);
  }
  return copy;
}

/** Starts the bench and a copy of its folder and keys, as on a second computer. */
async function startBoth() {
  await station.stopBench();
  const dataDir = join(station.folder, 'twin');
  cpSync(join(station.folder, 'station'), dataDir, { recursive: true });
  const keystore = await copyOf(station.keystore);
  await station.startBench();
  const bench = await startStation({
    dataDir,
    keystore,
    seed: 'twin',
    drivers: { central: (url, as) => createCentralClient(url, ask => createTokenAccess(as, ask)) },
  });
  const admin = bench.connect('admin');
  twin = { bench, admin };
  await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  return twin;
}

test('of two computers that work on one copy at once the server confirms one history, and neither loses an entry', async () => {
  const other = await startBoth();
  const clients = [station.admin, other.admin] as const;
  const states = async () => Promise.all(clients.map(client => client['sync.status']()));
  for (let acts = 0; acts < 3; acts++) await Promise.all([station.act(), other.bench.plug()]);
  // The server may confirm more of them meanwhile.
  const written = (await Promise.all(clients.map(entriesOf))).map(entries =>
    entries.map(({ cosigned, ...entry }) => expect.objectContaining(entry)),
  );

  let now = await states();
  const stopped = () => now.some(({ state }) => state === 'frozen');
  const done = () => stopped() && now.every(status => status.state === 'frozen' || settled(status));
  for (let tries = 0; tries < 2_000 && !done(); tries++) {
    if (station.line.idle()) await Promise.all([station.advance(500), other.bench.clock.advance(500)]);
    await pause(5);
    now = await states();
  }
  expect(now.map(({ state, lastAnswer }) => ({ state, lastAnswer }))).toContainEqual({
    state: 'frozen',
    lastAnswer: expect.stringMatching(/older copy|another history/),
  });
  expect(now.every(status => status.state === 'frozen' || settled(status))).toBe(true);

  const kept = await Promise.all(clients.map(entriesOf));
  for (const [which, client] of clients.entries()) {
    expect(kept[which]).toEqual(expect.arrayContaining(written[which] ?? []));
    expect(await client['journal.verify']()).toMatchObject({ ok: true });
  }
  const sizes = await Promise.all(clients.map(async client => (await client['journal.status']()).cosignedSize));
  expect(Math.max(...sizes)).toBe(await station.witnessed());
  const both = kept.map(entries => entries.slice(0, Math.min(...sizes)));
  expect(both[0]).toEqual(both[1]);
  expect(kept[0]).not.toEqual(kept[1]);
});
