import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { createTokenAccess } from '../../electron/drivers/central/tokens.http.ts';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { parsePrivateKeys } from '../../electron/features/journal/private-keys.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import type { Client } from '../../shared/client.ts';
import type { SyncStatus } from '../../shared/sync.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { sha256 } from '../../shared/tlog/hash.ts';
import { openNote, parseVkey } from '../../shared/tlog/note.ts';
import { createStationAccess } from '../server/station-access.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';
import { startInterposer } from './interposer.ts';

const patience = 2_000;
const timeoutMs = 2_000;

type Running = { bench: TestStation; admin: Client };

/** A real station and a real server, each on its own folder, with a line between them that tests can disturb. */
export async function startSyncing() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-sync-'));
  const dirs = { station: join(folder, 'station'), server: join(folder, 'server') };
  const keystore = createMemoryKeystore();
  /** The server's clock goes with that of the bench, and is `apart` from it. */
  let apart = 0;
  let nowMs = Date.UTC(2026, 0, 1);
  const now = () => {
    nowMs = running?.bench.clock.now() ?? nowMs;
    return nowMs + apart;
  };
  const startServer = () => startCentralServer({ dataDir: dirs.server, port: 0, now });
  let running: Running | null = null;
  let server: CentralServer | null = await startServer();
  const serving = (): CentralServer => {
    if (!server) throw new Error('no server is running');
    return server;
  };
  const line = await startInterposer(() => serving().url);
  let starts = 0;

  const openBench = () => {
    const seed = `sync ${++starts}`;
    return startStation({
      dataDir: dirs.station,
      keystore,
      seed,
      drivers: {
        central: (url, as) => createCentralClient(url, ask => createTokenAccess(as, ask), { timeoutMs }),
      },
    });
  };
  const first = await openBench();
  running = { bench: first, admin: (await staff(first)).admin };
  const present = (): Running => {
    if (!running) throw new Error('no station is running');
    return running;
  };
  const status = (): Promise<SyncStatus> => present().admin['sync.status']();

  const stopBench = async () => {
    await present().bench.station.close();
    running = null;
  };
  const signIn = async () => {
    await present().admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  };
  const startBench = async (options = { signIn: true }) => {
    const bench = await openBench();
    running = { bench, admin: bench.connect('admin') };
    if (options.signIn) await signIn();
  };

  /** What the station shows to the server, with the key that lies in its keystore. */
  const shown = async (origin: string) => {
    const authKey = parsePrivateKeys((await keystore.get('auth-key')) ?? '', 'ed25519').at(-1);
    if (!authKey) throw new Error('the station has no key');
    const { url, fleetVkey: audience } = serving();
    return createStationAccess({ stationId: origin.split('/')[2] ?? '', authKey }, { url, audience, now });
  };

  return {
    line,
    keystore,
    get server() {
      return serving();
    },
    get bench() {
      return present().bench;
    },
    get admin() {
      return present().admin;
    },
    folder,
    status,
    health: () => present().admin['health.get'](),
    now: () => present().bench.clock.now(),
    /** Writes the journal as a folder that outsiders can verify. */
    export: (dir: string) => present().bench.station.exportJournal(dir),
    advance: (ms: number) => present().bench.clock.advance(ms),
    /** Sets the server's clock this far ahead of the bench's. */
    setApart(ms: number) {
      apart = ms;
    },
    async enrol(): Promise<void> {
      await present().admin['sync.enrol']({ serverUrl: line.url, code: await serving().createEnrolCode() });
    },
    /** Lets time pass while nothing is on the line, until the status is as wanted. */
    async reach(wanted: (status: SyncStatus) => boolean): Promise<SyncStatus> {
      for (let tries = 0; tries < patience; tries++) {
        const now = await status();
        if (wanted(now)) return now;
        if (now.state !== 'sending' && line.idle()) await present().bench.clock.advance(500);
        await pause(5);
      }
      throw new Error(`it never came to that: ${JSON.stringify(await status())}`);
    },
    /** Makes one entry through the contract. */
    async act(): Promise<void> {
      await present().bench.plug();
    },
    /** The whole journal, oldest first. */
    async entries() {
      const pages = [];
      for (let before = (await present().admin['journal.status']()).size; before > 0; before -= 200) {
        pages.push(await present().admin['journal.list']({ limit: Math.min(200, before), before }));
      }
      return pages.flat().toReversed();
    },
    stopBench,
    startBench,
    signIn,
    /** Writes so many entries into the journal of a station that is stopped meanwhile. */
    async fill(count: number): Promise<void> {
      await stopBench();
      const drivers = { clock: createFakeClock(), random: createFakeRandom(`fill ${starts}`), keystore };
      const config = { dataDir: dirs.station, appVersion: '0.0.0-test', training: false };
      const { database, journal, close } = await openStationParts(drivers, config);
      database.write(tx => {
        for (let i = 0; i < count; i++) journal.append(tx, { type: 'device.lost', data: { portPath: '1-1' } });
      });
      close();
      await startBench();
    },
    async stopServer(): Promise<void> {
      await serving().close();
      server = null;
    },
    async startServer(): Promise<void> {
      server = await startServer();
    },
    /** Keeps a copy of a folder whose owner is stopped. */
    copy: (which: 'station' | 'server') => cpSync(dirs[which], `${dirs[which]}.copy`, { recursive: true }),
    /** Puts the copy back; its owner is stopped. */
    restore(which: 'station' | 'server') {
      rmSync(dirs[which], { recursive: true });
      cpSync(`${dirs[which]}.copy`, dirs[which], { recursive: true });
    },
    /** The head that the server holds of the station's log, once both signatures under it are checked. */
    async witnessed(): Promise<number> {
      const { origin } = await present().admin['journal.status']();
      const oh = sha256(Buffer.from(origin)).toString('hex');
      const get = (path: string) => fetch(new URL(path, serving().url));
      type Proof = { entry: string; rotations: { entry: string }[] };
      const proof = (await (await get(`/fleet/stations/${oh}/proof`)).json()) as Proof;
      const { entry } = proof.rotations.at(-1) ?? proof;
      const { vkey } = (JSON.parse(entry) as { data: { vkey: string } }).data;
      const path = `/v1/logs/${oh}/checkpoint`;
      const note = await (
        await fetch(new URL(path, serving().url), { headers: await (await shown(origin)).headers('GET', path) })
      ).text();
      const { text, signatures } = openNote(note, [parseVkey(vkey), parseVkey(serving().witnessVkey)]);
      if (signatures.length !== 2) throw new Error('the head lacks a signature');
      return parseCheckpoint(text).size;
    },
    async close(): Promise<void> {
      if (running) await stopBench();
      await line.close();
      await server?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Syncing = Awaited<ReturnType<typeof startSyncing>>;
