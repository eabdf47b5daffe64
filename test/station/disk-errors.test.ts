import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { verifyJournal } from '../../electron/features/journal/verify-journal.ts';
import { openStationParts } from '../../electron/station-parts.ts';

const Told = z.object({ acknowledged: z.int(), refused: z.string(), again: z.string() });
const child = join(import.meta.dirname, '../support/limited-journal.ts');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-disk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = () =>
  openStationParts(
    {
      clock: createNodeClock(),
      random: createNodeRandom(),
      keystore: createFileKeystore(join(folder, 'keys.json')),
    },
    { dataDir: join(folder, 'data'), appVersion: '0.0.0-test', training: false },
  );

function largestKiB(): number {
  const sizes = readdirSync(join(folder, 'data')).map(name => statSync(join(folder, 'data', name)).size);
  return Math.ceil(Math.max(...sizes) / 1_024);
}

/** Appends until the system refuses to let a file grow beyond this many KiB. */
function appendUpTo(limitKiB: number) {
  // Ignoring the signal makes writing fail as it does on a broken disk, with an error from the system.
  const command = `trap '' XFSZ; ulimit -f ${limitKiB}; exec "$@"`;
  const args = [process.execPath, child, join(folder, 'data'), join(folder, 'keys.json')];
  const { stdout, stderr } = spawnSync('bash', ['-c', command, 'bash', ...args], { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  return Told.parse(JSON.parse(stdout));
}

test.skipIf(process.platform === 'win32')(
  'an error of the disk while appending stops the work in words, and what was acknowledged is whole (needs ulimit)',
  async () => {
    (await open()).close();
    let before = 0;
    for (const moreKiB of [64, 256, 1_024]) {
      const told = appendUpTo(largestKiB() + moreKiB);
      expect(told.acknowledged).toBeGreaterThan(before);
      expect(told.refused).toMatch(/^data_folder_unusable: .*what was recorded is safe/);
      expect(told.again).toBe(told.refused);
      const { journal, close } = await open();
      expect(journal.status().size).toBe(told.acknowledged);
      expect(await verifyJournal(journal)).toMatchObject({ ok: true });
      close();
      before = told.acknowledged;
    }
  },
);
