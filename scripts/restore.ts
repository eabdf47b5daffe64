import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createNodeClock } from '../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../electron/drivers/keystore/keystore.file.ts';
import { openOsKeystore } from '../electron/drivers/keystore/keystore.node.ts';
import { createNodeRandom } from '../electron/drivers/random/random.node.ts';
import { readRecoveryKey } from '../electron/features/backup/recovery-key.ts';
import { appVersion } from '../electron/headless.ts';
import { checkBackup, type Restored, restoreBackup } from '../electron/restore.ts';
import { BenchError } from '../shared/errors.ts';

const usage = `npm run restore -- --backup FILE --key FILE (--to DIR [--keyring] | --check) [--json]

Restores the bench in a backup into an empty data folder, with new keys.

  --backup   the backup
  --key      file of the recovery key
  --to       data folder to make
  --keyring  keep the keys in the keyring of the system, as the desktop does, not in a file of the folder
  --check    restore nothing: open and verify everything in the backup`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      backup: { type: 'string' },
      key: { type: 'string' },
      to: { type: 'string' },
      keyring: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { backup, key, to, check, keyring, json } = values;
  if (backup === undefined || key === undefined) throw new Error('Name the backup and the file of the recovery key.');
  if (check === (to !== undefined)) throw new Error('Name a data folder with --to, or --check.');
  return { backup, key, to, keyring, json };
}

function readKey(file: string) {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BenchError('not_found', 'The file of the recovery key cannot be read. Check its name.', { cause });
  }
  return readRecoveryKey(text);
}

function inWords({ backup, madeAt, origin, size, files, subjects }: Restored): string {
  return [
    `backup    ${backup}, made ${madeAt}`,
    `journal   ${size} entries of ${origin}, in agreement with the signed heads`,
    `keys      of ${subjects} people and devices, all open`,
    `files     ${files}, all whole`,
  ].join('\n');
}

async function main(): Promise<void> {
  const asked = readArguments();
  if (asked === null) return console.log(usage);
  const started = Date.now();
  const key = readKey(asked.key);
  const { to } = asked;
  const outcome =
    to === undefined
      ? await checkBackup(asked.backup, key, tmpdir())
      : await restoreBackup(
          {
            clock: createNodeClock(),
            random: createNodeRandom(),
            openKeystore: async folder =>
              asked.keyring ? openOsKeystore('Veriqko Bench') : createFileKeystore(path.join(folder, 'keystore.json')),
          },
          { dataDir: path.resolve(to), appVersion: appVersion(), training: false },
          { file: asked.backup, key },
        );
  const seconds = Math.ceil((Date.now() - started) / 1000);
  if (asked.json) return console.log(JSON.stringify({ ok: true, restored: to !== undefined, ...outcome, seconds }));
  const done = to === undefined ? 'The backup can be restored.' : `Restored into ${to}.`;
  console.log(`${inWords(outcome)}\n${done} It took ${seconds} s.`);
}

try {
  await main();
} catch (error) {
  const isExpected = error instanceof BenchError;
  console.error(
    isExpected ? `${error.message} (${error.code})` : `${error instanceof Error ? error.message : error}\n\n${usage}`,
  );
  process.exitCode = isExpected ? 1 : 2;
}
