import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createFakePrinter } from '../../electron/drivers/printer/printer.fake.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { appVersion } from '../../electron/headless.ts';
import { nodeReportWorker } from '../../electron/report-process.ts';
import { createStation } from '../../electron/station.ts';
import { startCentralServer } from '../../server/central-server.ts';
import { type Client, createClient } from '../../shared/client.ts';

const eraseMs = 1_200;

export type DemoBench = Awaited<ReturnType<typeof openDemoBench>>;

/** A central server and an enrolled station with its people signed in, both on real files in `dataDir`. */
export async function openDemoBench(dataDir: string) {
  const server = await startCentralServer({ dataDir: join(dataDir, 'server'), port: 0 });
  const stationDir = join(dataDir, 'station');
  mkdirSync(stationDir, { recursive: true });
  const clock = createNodeClock();
  const virtual = createVirtualBench({ clock, seed: 'demo', eraseDurationMs: eraseMs, answerMs: 30 });
  const station = await createStation(
    {
      clock,
      random: createNodeRandom(),
      keystore: createFileKeystore(join(stationDir, 'keystore.json')),
      adapters: [virtual.adapter],
      picea: virtual.picea,
      central: createCentralClient,
      worker: nodeReportWorker(),
      printer: createFakePrinter(),
      training: null,
    },
    {
      dataDir: stationDir,
      appVersion: appVersion(),
      training: true,
      log: () => {},
      policy: {
        job: { selfSignOff: false, unknownLocksPass: true },
        erase: { stallMs: 60_000, plausibleMs: 300, returnMs: 20_000 },
      },
    },
  );

  const connect = (connection: string): Client =>
    createClient({
      call: (name, input) => station.call(connection, name, input),
      subscribe: listener => station.subscribe(connection, listener),
    });
  const people = await signIn(connect);
  const code = await server.createEnrolCode();
  await people.admin['sync.enrol']({ serverUrl: server.url, code });
  return {
    ...people,
    virtual,
    fleetVkey: server.fleetVkey,
    /** Writes the journal as a folder that the verifier reads. */
    exportJournal: (folder: string) => station.exportJournal(folder),
    async close() {
      await station.close();
      await server.close();
    },
  };
}

async function signIn(connect: (connection: string) => Client) {
  const passwords = {
    admin: 'demonstration only, admin',
    technician: 'demonstration only, tech',
    supervisor: 'demonstration only, super',
  };
  const admin = connect('admin');
  await admin['identity.set_up']({
    siteName: 'Demonstration site',
    stationName: 'Bench 1',
    adminName: 'Admin',
    password: passwords.admin,
  });
  const join = async (role: 'technician' | 'supervisor', name: string) => {
    await admin['users.add']({ name, role, password: passwords[role] });
    const client = connect(role);
    await client['identity.sign_in']({ name, password: passwords[role] });
    return client;
  };
  return {
    admin,
    technician: await join('technician', 'Technician'),
    supervisor: await join('supervisor', 'Supervisor'),
    supervisorPassword: passwords.supervisor,
  };
}
