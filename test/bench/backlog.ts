import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCentral } from '../../electron/drivers/central/open-central.http.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { verifyJournal } from '../../electron/features/journal/verify-journal.ts';
import { createSync } from '../../electron/features/sync/sync.ts';
import { createStationCentral } from '../../electron/station-central.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { startCentralServer } from '../../server/central-server.ts';
import { inclusionProof } from '../../shared/tlog/merkle.ts';
import { line, time } from './statistics.ts';

const perSecond = (count: number, ms: number) => Math.round((count / ms) * 1_000);

/** Weeks offline: how fast a long journal is proved, verified again and sent, against the rate of SHA-256 alone. */
export async function benchBacklog(entries = 100_000): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-backlog-'));
  const clock = createNodeClock();
  const random = createNodeRandom();
  const server = await startCentralServer({ dataDir: join(folder, 'server'), port: 0 });
  const dataDir = join(folder, 'station');
  try {
    const parts = await openStationParts(
      { clock, random, keystore: createFileKeystore(join(folder, 'keys.json')) },
      { dataDir, appVersion: '0.0.0-bench', training: false },
    );
    const { journal, database, settings } = parts;
    for (let at = 0; at < entries; at += 1_000) {
      database.write(tx => {
        for (let i = 0; i < 1_000; i++) {
          journal.append(tx, { type: 'access.refused', data: { method: `jobs.get ${at + i}`, code: 'x'.repeat(600) } });
        }
      });
    }
    const { size } = journal.status();
    const bytes = journal.store.bytes(size - 1);
    const hashing = await time(20_000, () => createHash('sha256').update(bytes).digest());
    const proving = await time(500, i => inclusionProof((i * 7_919) % size, size, journal.store.subtree(size)));
    const verifying = await time(1, () => verifyJournal(journal), 0);

    const sync = createSync({
      database,
      journal,
      settings,
      clock,
      random,
      publish: () => {},
      onIdle: () => {},
      stationKeys: parts.stationKeys,
      files: parts.files,
      central: createStationCentral({ central: openCentral, clock }, parts),
      log: () => {},
    });
    await sync.handlers['sync.enrol']({ serverUrl: server.url, code: await server.createEnrolCode() });
    const memory = watchMemory();
    const sending = await time(1, () => sync.handlers['sync.now'](), 0);
    const peaks = memory.stop();
    const { cosignedSize } = journal.status();
    await sync.close();
    parts.close();
    const rate = (ms: number) => perSecond(size, ms);
    const floor = 1_000 / hashing.medianMs;
    return [
      line('SHA-256 of an entry', hashing),
      `${line(`inclusion proof in ${size} entries`, proving)}, goal p95 ≤ 10 ms`,
      `verified again: ${rate(verifying.medianMs)} entries/s = ${(rate(verifying.medianMs) / floor).toFixed(3)} × the SHA-256 rate, goal ≥ 0.120 ×`,
      `sent and cosigned: ${cosignedSize} entries at ${rate(sending.medianMs)} entries/s, goal ≥ 5,000`,
      `memory of both meanwhile: ${peaks.first} MB at most in the first half, ${peaks.second} MB in the second, goal: flat`,
    ];
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The most memory that the process held in the first half of the time it was watched, and in the second, in MB. */
function watchMemory() {
  const samples: number[] = [];
  const sample = () => samples.push(process.memoryUsage.rss());
  sample();
  const timer = setInterval(sample, 50);
  return {
    stop() {
      clearInterval(timer);
      sample();
      const middle = Math.ceil(samples.length / 2);
      const peak = (part: number[]) => Math.round(Math.max(...part) / 2 ** 20);
      return { first: peak(samples.slice(0, middle)), second: peak(samples.slice(middle)) };
    },
  };
}
