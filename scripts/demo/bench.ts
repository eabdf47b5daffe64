import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nodeBackupWorker } from '../../electron/backup-process.ts';
import { openCentral } from '../../electron/drivers/central/open-central.http.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createFakePrinter } from '../../electron/drivers/printer/printer.fake.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { createTimestampService } from '../../electron/drivers/timestamps/timestamps.http.ts';
import { createFakeTokens } from '../../electron/drivers/token/token.fake.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { standardIdentityPolicy } from '../../electron/features/identity/policy.ts';
import { appVersion } from '../../electron/headless.ts';
import { nodeReportWorker } from '../../electron/report-process.ts';
import { createStation } from '../../electron/station.ts';
import { startCentralServer } from '../../server/central-server.ts';
import { type Client, createClient } from '../../shared/client.ts';
import { signInPeople } from './people.ts';

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
      central: openCentral,
      worker: nodeReportWorker(),
      backups: nodeBackupWorker(),
      printer: createFakePrinter(),
      timestamps: createTimestampService({ random: createNodeRandom() }),
      tokens: createFakeTokens(),
      training: null,
    },
    {
      dataDir: stationDir,
      appVersion: appVersion(),
      training: true,
      log: () => {},
      policy: {
        identity: standardIdentityPolicy,
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
  const people = await signInPeople(connect);
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
