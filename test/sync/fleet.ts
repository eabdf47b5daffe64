import { copyFileSync, cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { proofBundle } from '../../electron/features/reports/proof-bundle.ts';
import { trustOf } from '../../electron/features/sync/trust.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import type { Client } from '../../shared/client.ts';
import type { ProofBundle } from '../../shared/verify/proof-bundle.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

export type Bench = Awaited<ReturnType<typeof createBench>>;

async function createBench(options: { name: string; dataDir: string }) {
  const { name, dataDir } = options;
  const keystore: Keystore = createMemoryKeystore();
  let starts = 0;
  let stationId = '';
  let bench: TestStation | null = null;
  let startAt = Date.UTC(2026, 0, 1);

  const open = async () => {
    bench = await startStation({
      dataDir,
      keystore,
      seed: `${name} ${++starts}`,
      startAt,
      drivers: {
        central: url =>
          createCentralClient(
            url,
            () => ({ headers: async () => ({ 'x-test-station': stationId }), refused: () => false }),
            { timeoutMs: 5_000 },
          ),
      },
    });
    return bench;
  };
  const present = (): TestStation => bench ?? fail(`${name} is not running`);
  const people = await staff(await open());
  let admin: Client = people.admin;
  stationId = (await admin['station.info']()).stationId;

  return {
    name,
    dataDir,
    keystore,
    people,
    stationId,
    get station() {
      return present();
    },
    get admin() {
      return admin;
    },
    async enrol(server: CentralServer) {
      await admin['sync.enrol']({ serverUrl: server.url, code: await server.createEnrolCode() });
    },
    /** Lets time pass until it holds. */
    async until(holds: () => Promise<boolean>, what: string): Promise<void> {
      for (let tries = 0; tries < 2_000; tries++) {
        if (await holds()) return;
        await present().clock.advance(2_000);
        await pause(5);
      }
      fail(`${name}: it never came to that: ${what}`);
    },
    async stop(): Promise<void> {
      startAt = present().clock.now();
      await present().station.close();
      bench = null;
    },
    async start(afterMs = 1_000, signIn = true): Promise<void> {
      startAt += afterMs;
      admin = (await open()).connect('admin');
      if (signIn) await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    },
    /** Sealed values of a subject that the bench has. */
    ciphertextsOf: (subject: string) =>
      peek(join(dataDir, 'station.db'), keystore, db =>
        (db.prepare('SELECT ct FROM pii WHERE subject = ?').all(subject) as { ct: Buffer }[]).map(row => row.ct),
      ),
    /** Sealed values and keys that the server does not have. */
    unsent: async () =>
      (await peek(join(dataDir, 'station.db'), keystore, db =>
        Number(db.prepare('SELECT count(*) FROM pii WHERE uploaded = 0').pluck().get()),
      )) +
      (await peek(join(dataDir, 'keys.db'), keystore, db =>
        Number(db.prepare('SELECT count(*) FROM subject_key WHERE escrowed = 0').pluck().get()),
      )),
    /** Proofs of every entry about a subject, with whatever of its data is left; the bench is stopped. */
    async proofOf(subject: string): Promise<ProofBundle> {
      const drivers = { clock: createFakeClock(startAt), random: createFakeRandom(`${name} proves`), keystore };
      const parts = await openStationParts(drivers, { dataDir, appVersion: '0.0.0-test', training: false });
      const { journal, subjects, settings } = parts;
      const all = Array.from({ length: journal.status().size }, (_, index) => index);
      const indexes = all.filter(index => journal.entry(index).pii.some(slot => slot.s === subject));
      const bundle = proofBundle({ journal, subjects, trust: trustOf(settings) }, indexes, () => true);
      parts.close();
      return bundle;
    },
    /** Writes sealed words about a subject into the journal of a bench that is stopped. */
    async tell(subject: string, reason: string): Promise<void> {
      const drivers = { clock: createFakeClock(startAt), random: createFakeRandom(`${name} tells`), keystore };
      const parts = await openStationParts(drivers, { dataDir, appVersion: '0.0.0-test', training: false });
      parts.subjects.ensure(subject);
      parts.database.write(tx => {
        const pii = { text: { subject, value: { reason } } };
        parts.journal.append(tx, { type: 'subject.held', data: { subject }, pii });
      });
      parts.close();
    },
    async close() {
      await bench?.station.close();
    },
  };
}

function fail(words: string): never {
  throw new Error(words);
}

/** Two real stations and a real server, each on a folder of its own. */
export async function startFleet(databaseUrl?: string) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-fleet-'));
  const serverDir = join(folder, 'server');
  const startServer = (port = 0) =>
    startCentralServer({
      dataDir: serverDir,
      databaseUrl,
      port,
      stationOf: request => String(request.headers['x-test-station']),
    });
  let server: CentralServer | null = await startServer();
  const port = Number(new URL(server.url).port);
  const bench = (name: string) => createBench({ name, dataDir: join(folder, name) });
  const [a, b] = [await bench('first'), await bench('second')];

  return {
    folder,
    serverDir,
    a,
    b,
    get server(): CentralServer {
      return server ?? fail('no server is running');
    },
    async stopServer() {
      await server?.close();
      server = null;
    },
    async startServer() {
      server = await startServer(port);
    },
    /** Every byte that a bench keeps, its databases opened with their keys. */
    async keptBy(which: Bench): Promise<Buffer> {
      const parts: Buffer[] = filesOf(which.dataDir).map(file => readFileSync(file));
      for (const name of ['station.db', 'keys.db']) parts.push(await opened(join(which.dataDir, name), which.keystore));
      return Buffer.concat(parts);
    },
    /** Keeps a copy of everything a bench has; the bench is stopped. */
    copy: (which: Bench) => cpSync(which.dataDir, `${which.dataDir}.copy`, { recursive: true }),
    restore(which: Bench) {
      rmSync(which.dataDir, { recursive: true });
      cpSync(`${which.dataDir}.copy`, which.dataDir, { recursive: true });
    },
    /** What the server keeps in escrow for a subject, as its rows have it. */
    escrowOf(subject: string): string[] {
      const db = new Sqlite(join(serverDir, 'server.db'), { readonly: true });
      const rows = db.prepare('SELECT sealed FROM subject_key WHERE subject = ?').pluck().all(subject);
      db.close();
      return rows.map(String);
    },
    /** Every byte of the server's folder, its database as it is and as its rows. */
    keptByServer: () => Buffer.concat(filesOf(serverDir).map(file => readFileSync(file))),
    async close() {
      await a.close();
      await b.close();
      await server?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>;

function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap(name => {
    const path = join(folder, name);
    // The authenticators of the test are no part of the bench.
    if (name === 'authenticators.json') return [];
    return statSync(path).isDirectory() ? filesOf(path) : [path];
  });
}

const keyNames: Record<string, string> = { 'station.db': 'database-key', 'keys.db': 'keys-database-key' };

/** Reads a database of a bench beside it. */
async function peek<T>(file: string, keystore: Keystore, read: (db: Sqlite.Database) => T): Promise<T> {
  const key = Buffer.from((await keystore.get(keyNames[basename(file)] ?? '')) ?? '', 'base64');
  const db = new Sqlite(file);
  try {
    db.pragma(`cipher='sqlcipher'`);
    db.pragma('legacy=4');
    db.pragma(`key="x'${key.toString('hex')}'"`);
    return read(db);
  } finally {
    db.close();
  }
}

/** Every page of a database without its encryption, those that are free as well. */
async function opened(file: string, keystore: Keystore): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-opened-'));
  const copy = join(folder, basename(file));
  for (const suffix of ['', '-wal'])
    if (existsSync(`${file}${suffix}`)) copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
  const bytes = await peek(copy, keystore, db => {
    db.pragma('rekey=""');
    return db.serialize();
  });
  rmSync(folder, { recursive: true });
  return bytes;
}
