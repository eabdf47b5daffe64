import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { verifyJournal } from '../../electron/features/journal/verify-journal.ts';
import { openStationParts } from '../../electron/station-parts.ts';

type Told = { ready?: true; index?: number };

/** Starts replacing keys, kills it somewhere in that, and returns the newest entry that it said was durable. */
function runUntilKilled(dataDir: string, keyFile: string, afterMs: number): Promise<number> {
  const entry = fileURLToPath(new URL('./rekeyed-parts.ts', import.meta.url));
  const child = fork(entry, [dataDir, keyFile], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
  let newest = 0;
  return new Promise((resolve, reject) => {
    child.on('message', message => {
      const { ready, index } = message as Told;
      if (ready) setTimeout(() => child.kill('SIGKILL'), afterMs);
      newest = index ?? newest;
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(newest);
      else reject(new Error(`it ended by itself with ${code}`));
    });
  });
}

/**
 * Kills a process that replaces the keys of a data folder, so many times at another moment. After each the folder
 * opens, holds what was acknowledged, and verifies. Answers how often a replacement was finished when opening.
 */
export async function rekeyKillLoop(kills: number): Promise<{ finished: number; keys: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-rekey-kill-'));
  const dataDir = join(folder, 'data');
  const keyFile = join(folder, 'keys.json');
  const seen = new Set<string>();
  let finished = 0;
  try {
    for (let kill = 0; kill < kills; kill++) {
      const newest = await runUntilKilled(dataDir, keyFile, 20 + Math.floor(Math.random() * 600));
      const drivers = { clock: createFakeClock(), random: createFakeRandom(`${kill}`) };
      const keystore = createFileKeystore(keyFile);
      const parts = await openStationParts(
        { ...drivers, keystore },
        { dataDir, appVersion: '0.0.0-test', training: false },
      );
      const { journal, keyring } = parts;
      const { size } = journal.status();
      expect(size).toBeGreaterThan(newest);
      if (journal.entry(size - 1).type === 'database.rekeyed') finished++;
      expect(await verifyJournal(journal)).toMatchObject({ ok: true });
      journal.checkpoint();
      for (const name of ['station', 'keys'] as const) seen.add(keyring.databases[name].key().toString('hex'));
      parts.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { finished, keys: seen.size };
}
