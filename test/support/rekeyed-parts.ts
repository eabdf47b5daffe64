import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { openStationParts } from '../../electron/station-parts.ts';

// A data folder whose keys are all replaced again and again until the process is killed. It tells its parent each entry
// that was durable: exactly what must be found again.
const [dataDir = '', keyFile = ''] = process.argv.slice(2);
const drivers = { clock: createNodeClock(), random: createNodeRandom(), keystore: createFileKeystore(keyFile) };
const { keyring, database, keys, journal, subjects } = await openStationParts(drivers, {
  dataDir,
  appVersion: '0.0.0-test',
  training: false,
});
const write = () => {
  const data = { portPath: '1-1' };
  const index = database.write(tx => journal.append(tx, { type: 'device.lost', data }));
  process.send?.({ index });
};
if (journal.status().size < 5_000) {
  database.write(tx => {
    for (let i = 0; i < 5_000; i++) journal.append(tx, { type: 'device.lost', data: { portPath: '1-1' } });
  });
}
process.send?.({ ready: true });
for (;;) {
  await keyring.databases.keys.replace(key => keys.rekey(key));
  await keyring.databases.station.replace(key => database.rekey(key));
  write();
  await subjects.rewrapAll();
  await journal.signing.rotate(data => {
    database.write(tx => journal.append(tx, { type: 'key.rotated', data }));
  });
  const { size, note } = journal.checkpoint();
  database.write(tx => journal.store.acknowledge(tx, size, note, 'a line\n'));
  await journal.signing.settle();
  write();
}
