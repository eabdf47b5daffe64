import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeBackupWorker } from '../../electron/backup-process.ts';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFakePrinter } from '../../electron/drivers/printer/printer.fake.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { createTimestampService } from '../../electron/drivers/timestamps/timestamps.http.ts';
import { createFakeTokens } from '../../electron/drivers/token/token.fake.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { standardIdentityPolicy } from '../../electron/features/identity/policy.ts';
import { nodeReportWorker } from '../../electron/report-process.ts';
import { createStation, type Drivers, type StationConfig } from '../../electron/station.ts';
import { type Client, createClient } from '../../shared/client.ts';
import type { Reply } from '../../shared/contract.ts';
import type { Role } from '../../shared/permissions.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { createAuthenticators } from './authenticator.ts';
import { acceptsNotice } from './notice.ts';

export const passwords = {
  admin: 'correct horse battery',
  technician: 'staple gun in drawer',
  supervisor: 'quiet river at dawn, with mist',
  auditor: 'every entry counts, always',
} as const satisfies Record<Role, string>;

/** Days pass in seconds here: no session locks and no password expires unless a test asks for it. */
export const testIdentityPolicy = { ...standardIdentityPolicy, idleMs: null, passwordDays: null };

export type StartOptions = {
  /** A folder to start in again; a fresh one otherwise. */
  dataDir?: string;
  keystore?: Drivers['keystore'];
  seed?: string;
  /** Wall time of the start, ms since 1970. */
  startAt?: number;
  /** Position that a sampling draw yields; the last of the block by default. */
  draw?: number;
  drivers?: Partial<Drivers>;
  config?: Partial<Omit<StationConfig, 'policy'>> & { policy?: Partial<StationConfig['policy']> };
  /** False: nobody's second factor is set up and given by itself. */
  authenticators?: false;
  /** False: nobody accepts the privacy notice by themselves. */
  notices?: false;
};

/** A real station on a real encrypted database in a temporary folder, with virtual devices and driven time. */
export async function startStation(options: StartOptions = {}) {
  const seed = options.seed ?? 'test';
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'bench-station-'));
  const keystore = options.keystore ?? createMemoryKeystore();
  const clock = createFakeClock(options.startAt);
  const virtual = createVirtualBench({ clock, seed, eraseDurationMs: 2_000, answerMs: 50 });
  const logged: Record<string, unknown>[] = [];
  const drivers: Drivers = {
    clock,
    // The sampling draw falls on the last of a block, so that a test's first devices are not drawn.
    random: { ...createFakeRandom(`${seed}:station`), integer: below => (options.draw ?? below) - 1 },
    keystore,
    adapters: [virtual.adapter],
    picea: virtual.picea,
    central: () => {
      throw new Error('this test has no server');
    },
    worker: nodeReportWorker(),
    backups: nodeBackupWorker(),
    printer: createFakePrinter(),
    timestamps: createTimestampService({ random: createFakeRandom(`${seed}:timestamps`) }),
    tokens: createFakeTokens(),
    training: null,
    ...options.drivers,
  };
  const config: StationConfig = {
    dataDir,
    appVersion: '0.0.0-test',
    training: false,
    log: line => logged.push(line),
    ...options.config,
    policy: {
      job: { selfSignOff: false, unknownLocksPass: true },
      erase: { stallMs: 60_000, plausibleMs: 500, returnMs: 30_000 },
      identity: testIdentityPolicy,
      ...options.config?.policy,
    },
  };
  const station = await createStation(drivers, config);
  const events: { connection: string; event: string; payload: unknown }[] = [];

  const authenticators = createAuthenticators(join(dataDir, 'authenticators.json'), drivers.clock.now);
  const connect = (connection: string): Client => {
    station.subscribe(connection, (event, payload) => events.push({ connection, event, payload: overWire(payload) }));
    const plain = createClient({
      call: async (name, input) => overWire(await station.call(connection, name, overWire(input))) as Reply,
      subscribe: listener => station.subscribe(connection, listener),
    });
    const client = options.notices === false ? plain : acceptsNotice(plain);
    return options.authenticators === false ? client : authenticators.client(client);
  };

  return {
    station,
    clock,
    virtual,
    keystore,
    dataDir,
    logged,
    events,
    connect,
    /** Plugs a virtual phone in and waits until the bench has read it. */
    async plug(fault: VirtualFault | null = null) {
      const phone = virtual.plug({ fault });
      await clock.advance(2_000);
      return phone;
    },
    /** Lets time pass until `done` holds; throws when it never does. */
    async until(done: () => Promise<boolean> | boolean, limitMs = 300_000) {
      for (let passed = 0; passed <= limitMs; passed += 500) {
        if (await done()) return;
        await clock.advance(500);
      }
      throw new Error('it never came to that');
    },
    async close() {
      await station.close();
      rmSync(dataDir, { recursive: true, force: true });
      rmSync(`${dataDir}-exports`, { recursive: true, force: true });
    },
  };
}

export type TestStation = Awaited<ReturnType<typeof startStation>>;

/** Values as another process would see them, so that nothing passes that works in one process only. */
function overWire(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** Sets the bench up and signs one person of each role in, each on a connection of their own. */
export async function staff(bench: TestStation) {
  const admin = bench.connect('admin');
  await admin['identity.set_up']({
    siteName: 'Test Site',
    stationName: 'Bench 1',
    adminName: 'Ada Admin',
    password: passwords.admin,
  });
  const join = async (role: Exclude<Role, 'admin'>, name: string) => {
    const client = bench.connect(role);
    await addPerson(admin, client, { name, role, password: passwords[role] });
    return client;
  };
  return {
    admin,
    technician: await join('technician', 'Tom Technician'),
    supervisor: await join('supervisor', 'Sue Supervisor'),
    auditor: await join('auditor', 'Al Auditor'),
  };
}

/** Invites somebody, has them choose their password and signs them in. */
export async function addPerson(
  admin: Client,
  client: Client,
  { name, role, password }: { name: string; role: Role; password: string },
): Promise<void> {
  const { code } = await admin['users.invite']({ name, role });
  await client['identity.accept_invitation']({ name, code, password });
  await client['identity.sign_in']({ name, password });
}
