import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { BenchError } from '../../shared/errors.ts';

// A journal in a process of its own whose files the system lets grow to a limit, past which writing is an error of the
// disk and not a full one. Prints how many entries were acknowledged, and why the next one was not.
const [dataDir = '', keyFile = ''] = process.argv.slice(2);
const { database, journal, close } = await openStationParts(
  { clock: createNodeClock(), random: createNodeRandom(), keystore: createFileKeystore(keyFile) },
  { dataDir, appVersion: '0.0.0-test', training: false },
);
const append = () =>
  database.write(tx =>
    journal.append(tx, { type: 'access.refused', data: { method: 'jobs.get', code: 'x'.repeat(4_000) } }),
  );
const attempt = (): string | null => {
  try {
    append();
    return null;
  } catch (error) {
    return error instanceof BenchError ? `${error.code}: ${error.message}` : `unnamed: ${error}`;
  }
};
let refused = attempt();
while (refused === null) refused = attempt();
console.log(JSON.stringify({ acknowledged: journal.status().size, refused, again: attempt() }));
close();
