import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { nodeBackupWorker } from '../../electron/backup-process.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { readRecoveryKey } from '../../electron/features/backup/recovery-key.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { passwords, staff, startStation } from '../support/start-station.ts';
import { createHub } from './hub.ts';
import { longestPause } from './pause.ts';

const entries = 30_000;
const devices = 50;

/** How long the bench cannot answer while it is backed up, beside as long a time in which nothing happens. */
export async function benchBackup(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-backup-'));
  const [dataDir, backups] = [join(folder, 'data'), join(folder, 'backups')];
  mkdirSync(backups);
  const keystore = createMemoryKeystore();
  const clock = createNodeClock();
  const virtual = createVirtualBench({ clock, seed: 'backup', answerMs: 500 });
  const drivers = { clock, adapters: [virtual.adapter], picea: virtual.picea, backups: nodeBackupWorker() };
  try {
    const first = await startStation({ dataDir, keystore, drivers: { clock } });
    await staff(first);
    await first.station.close();
    await fill(dataDir, keystore);
    const bench = await startStation({ dataDir, keystore, seed: 'again', drivers });
    const admin = bench.connect('admin');
    await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    await admin['backup.configure']({ folder: backups, daily: false });
    const key = readRecoveryKey((await admin['recovery.create']()).fileText);
    await admin['recovery.confirm']({ checkGroup: key.checkGroup });
    const startedAt = performance.now();
    const made = await longestPause(() => admin['backup.run']());
    const tookMs = performance.now() - startedAt;
    const idle = await longestPause(() => pause(tookMs));
    const hub = createHub(virtual, admin);
    const together = await longestPause(async () => {
      const backup = admin['backup.run']();
      for (let ended = false; !ended; ended = await Promise.race([backup.then(() => true), nextTurn(false)])) {
        await hub.plug(devices);
        await hub.pull();
      }
    });
    await bench.station.close();
    return [
      `nothing for ${tookMs.toFixed(0)} ms: longest pause ${idle.toFixed(1)} ms`,
      `a backup of ${entries} entries: longest pause ${made.toFixed(1)} ms = ${(made / idle).toFixed(1)} × with nothing, goal ≤ 50 ms`,
      `the same while ${devices} devices come and go: longest pause ${together.toFixed(1)} ms = ${(together / idle).toFixed(1)} × with nothing, goal ≤ 50 ms`,
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(dataDir: string, keystore: ReturnType<typeof createMemoryKeystore>): Promise<void> {
  const { database, journal, close } = await openStationParts(
    { clock: createNodeClock(), random: createNodeRandom(), keystore },
    { dataDir, appVersion: '0.0.0-bench', training: false },
  );
  for (let at = 0; at < entries; at += 1_000)
    database.write(tx => {
      for (let i = 0; i < 1_000; i++)
        journal.append(tx, { type: 'access.refused', data: { method: `jobs.get ${at + i}`, code: 'x'.repeat(600) } });
    });
  close();
}
