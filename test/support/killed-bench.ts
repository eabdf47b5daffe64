import { join } from 'node:path';
import { nodeBackupWorker } from '../../electron/backup-process.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createFakePrinter } from '../../electron/drivers/printer/printer.fake.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { createTimestampService } from '../../electron/drivers/timestamps/timestamps.http.ts';
import { createFakeTokens } from '../../electron/drivers/token/token.fake.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { standardIdentityPolicy } from '../../electron/features/identity/policy.ts';
import { nodeReportWorker } from '../../electron/report-process.ts';
import { createStation } from '../../electron/station.ts';
import { createClient } from '../../shared/client.ts';
import { createAuthenticators } from './authenticator.ts';
import { condition } from './job-steps.ts';
import { acceptsNotice } from './notice.ts';
import { addPerson, passwords } from './start-station.ts';

// A bench in a process of its own that erases until it is killed. It tells its parent each thing that it was told is
// done: exactly what must be found again.
const [dataDir = '', keyFile = ''] = process.argv.slice(2);
const tell = (acknowledged: object) => process.send?.(acknowledged);
const clock = createNodeClock();
const virtual = createVirtualBench({ clock, seed: `${process.pid}`, eraseDurationMs: 400, answerMs: 5 });
const station = await createStation(
  {
    clock,
    random: createNodeRandom(),
    keystore: createFileKeystore(keyFile),
    adapters: [virtual.adapter],
    picea: virtual.picea,
    central: () => {
      throw new Error('no server here');
    },
    worker: nodeReportWorker(),
    backups: nodeBackupWorker(),
    printer: createFakePrinter(),
    timestamps: createTimestampService({ random: createNodeRandom() }),
    tokens: createFakeTokens(),
    training: null,
  },
  {
    dataDir,
    appVersion: '0.0.0-test',
    training: false,
    log: () => {},
    policy: {
      identity: standardIdentityPolicy,
      job: { selfSignOff: false, unknownLocksPass: true },
      erase: { stallMs: 60_000, plausibleMs: 100, returnMs: 10_000 },
    },
  },
);
const authenticators = createAuthenticators(join(dataDir, 'authenticators.json'), clock.now);
const client = authenticators.client(
  acceptsNotice(
    createClient({
      call: (name, input) => station.call('c', name, input),
      subscribe: listener => station.subscribe('c', listener),
    }),
  ),
);
const { setUp } = await client['station.info']();
if (!setUp) {
  const site = { siteName: 'Site', stationName: 'B1', adminName: 'Ada Admin', password: passwords.admin };
  await client['identity.set_up'](site);
  await addPerson(client, client, { name: 'Tom Technician', role: 'technician', password: passwords.technician });
}
if (setUp) await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });

client.on('job.changed', job => tell({ job: job.id, ticket: job.ticket, place: job.place }));
client.on('device.changed', device => {
  if (device.state === 'ready' && device.jobId === null) void workOn(device.id);
});

async function workOn(deviceId: Parameters<(typeof client)['jobs.open']>[0]['deviceId']) {
  const { id: jobId } = await client['jobs.open']({ deviceId });
  await client['jobs.complete_intake']({ jobId, condition });
  await client['jobs.start_erase']({ jobId });
}

for (let i = 0; i < 5; i++) virtual.plug();
tell({ ready: true });
