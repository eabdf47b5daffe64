import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createNodeClock } from '../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../electron/drivers/keystore/keystore.file.ts';
import { openOsKeystore } from '../electron/drivers/keystore/keystore.node.ts';
import type { Keystore } from '../electron/drivers/keystore/keystore.ts';
import { createNodeRandom } from '../electron/drivers/random/random.node.ts';
import { exportDataFolder } from '../electron/export-data-folder.ts';
import { appVersion, defaultDataDir } from '../electron/headless.ts';
import { workFolder } from '../electron/open-bench.ts';
import { BenchError } from '../shared/errors.ts';

const usage = `npm run journal -- export DIR [--data DIR] [--training]

Writes the journal of a bench that is not running into DIR: checkpoint, tiles and entries in the tlog-tiles layout,
without personal data. Check it with: npm run verify -- DIR

  --data      data folder of the bench
  --training  the bench of --training`;

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      training: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [command, outDir, ...more] = positionals;
  if (values.help) return null;
  if (command !== 'export' || outDir === undefined || more.length > 0) throw new Error('Name the folder to export to.');
  const { training } = values;
  return { outDir, training, dataDir: workFolder({ dataDir: values.data ?? defaultDataDir(), training }) };
}

/** A bench without a desktop keeps its keys in its own folder; the desktop's are in the keyring, under the product's name. */
async function keystoreOf(dataDir: string): Promise<Keystore> {
  const file = path.join(dataDir, 'keystore.json');
  return existsSync(file) ? createFileKeystore(file) : openOsKeystore('Veriqko Bench');
}

async function main(): Promise<number> {
  const asked = readArguments();
  if (asked === null) {
    console.log(usage);
    return 0;
  }
  const { dataDir, training, outDir } = asked;
  const openKeystore = () => keystoreOf(dataDir);
  const drivers = { clock: createNodeClock(), random: createNodeRandom(), openKeystore };
  const { origin, size } = await exportDataFolder(drivers, { dataDir, training, appVersion: appVersion() }, outDir);
  console.log(`${size} entries of ${origin} are in ${outDir}.`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isExpected = error instanceof BenchError;
  console.error(
    isExpected ? `${error.message} (${error.code})` : `${error instanceof Error ? error.message : error}\n\n${usage}`,
  );
  process.exitCode = isExpected ? 1 : 2;
}
