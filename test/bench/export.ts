import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { reportXml } from '../../electron/features/exports/report-xml.ts';
import { createReportsStore } from '../../electron/features/reports/reports.store.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import type { Client } from '../../shared/client.ts';
import type { ExportId } from '../../shared/exports.ts';
import { ReportId } from '../../shared/ids.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation } from '../support/start-station.ts';

const reports = 10_000;

/**
 * An export of 10,000 reports against `zip -0` over the same files. It is one real signed report under as many numbers:
 * each is read, decrypted, opened and written by itself, but the disk gives the one encrypted file from its cache.
 */
export async function benchExport(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-export-'));
  const dataDir = join(folder, 'data');
  const keystore = createMemoryKeystore();
  try {
    const first = await startStation({ dataDir, keystore });
    const pdf = await oneReport(first);
    await first.station.close();
    await fill(dataDir, keystore);
    const bench = await startStation({ dataDir, keystore, seed: 'again' });
    const admin = bench.connect('admin');
    await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    const before = await zipped(join(folder, 'floor'), pdf);
    const startedAt = performance.now();
    const { id } = await admin['exports.start']({ filter: {}, reason: 'Measured by the bench.' });
    const memory = await watched(admin, id);
    const tookMs = performance.now() - startedAt;
    const after = await zipped(join(folder, 'floor'), pdf);
    await bench.station.close();
    const sizes = readdirSync(`${dataDir}-exports`).map(name => statSync(join(`${dataDir}-exports`, name)).size);
    const floorMs = (before + after) / 2;
    const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
    return [
      `zip -0 of ${reports} × PDF, JSON and XML: ${before.toFixed(0)} ms before, ${after.toFixed(0)} ms after`,
      `export of ${reports} reports (one under as many numbers), ${mib(sizes[0] ?? 0)}: ${tookMs.toFixed(0)} ms, ${(tookMs / reports).toFixed(2)} ms each = ${(tookMs / floorMs).toFixed(2)} × zip -0`,
      ...memory.map(
        ({ name, early, late, peak }) =>
          `memory of the ${name}: ${mib(early)} at a tenth, ${mib(late)} at the end = ${(late / early).toFixed(2)} ×, goal ≤ 1.25 ×; peak ${mib(peak)}`,
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Bench = Awaited<ReturnType<typeof startStation>>;

async function oneReport(bench: Bench): Promise<Buffer> {
  const { technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const { id } = await technician['reports.issue']({ jobId: job.id, scope: 'intake', variant: 'customer' });
  const { contentBase64 } = await technician['reports.download']({ reportId: id });
  return Buffer.from(contentBase64, 'base64');
}

async function fill(dataDir: string, keystore: ReturnType<typeof createMemoryKeystore>): Promise<void> {
  const random = createNodeRandom();
  const { database, close } = await openStationParts(
    { clock: createNodeClock(), random, keystore },
    { dataDir, appVersion: '0.0.0-bench', training: false },
  );
  const store = createReportsStore(database.read);
  const [report] = store.list(undefined);
  if (!report) throw new Error('there is no report to begin with');
  database.write(tx => {
    for (let sequence = 2; sequence <= reports; sequence++) {
      const fileName = report.fileName.replace(/\d{6}\.pdf$/, `${String(sequence).padStart(6, '0')}.pdf`);
      store.insert(tx, { ...report, id: ReportId.parse(random.uuid()), sequence, fileName });
    }
  });
  close();
}

/** How long `zip` takes to store the same files, ms; they are links to three, so that it reads them from the cache too. */
async function zipped(folder: string, pdf: Buffer): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const json = (await openPdf(pdf)).attachments.get('report.json') ?? new Uint8Array();
  for (const [kind, bytes] of Object.entries({ pdf, json, xml: Buffer.from(reportXml(json), 'utf8') })) {
    mkdirSync(join(folder, kind));
    // A file of many file systems takes no more than some ten thousand links.
    for (let i = 0; i < reports; i++) {
      const source = join(folder, `${kind}-${Math.floor(i / 1_000)}`);
      if (i % 1_000 === 0) writeFileSync(source, bytes);
      linkSync(source, join(folder, kind, `${i}.${kind}`));
    }
  }
  const startedAt = performance.now();
  const { status } = spawnSync('zip', ['-0', '-q', '-r', 'floor.zip', 'pdf', 'json', 'xml'], { cwd: folder });
  if (status !== 0) throw new Error(`zip ended with ${status}`);
  return performance.now() - startedAt;
}

type Memory = { name: string; early: number; late: number; peak: number };

/** Looks at both processes until the export has ended: resident at a tenth of it, at its end, and the most ever seen. */
async function watched(admin: Client, id: ExportId): Promise<Memory[]> {
  const station: Memory = { name: 'station', early: 0, late: 0, peak: 0 };
  const writer: Memory = { name: 'process that writes', early: 0, late: 0, peak: 0 };
  for (;;) {
    const row = (await admin['exports.list']()).find(each => each.id === id);
    if (row?.state === 'failed') throw new Error(row.failure ?? 'the export failed');
    for (const [memory, bytes] of [
      [station, process.memoryUsage.rss()],
      [writer, childRss()],
    ] as const) {
      if (memory.early === 0 && (row?.written ?? 0) >= reports / 10) memory.early = bytes;
      if (row?.state === 'running') memory.late = bytes;
      memory.peak = Math.max(memory.peak, bytes);
    }
    if (row?.state === 'done') return process.platform === 'linux' ? [station, writer] : [station];
    await pause(100);
  }
}

/** Resident memory of the children of this process together, bytes; 0 where Linux's /proc is not. */
function childRss(): number {
  if (process.platform !== 'linux') return 0;
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  const kib = children.map(pid => /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0');
  return kib.reduce((sum, each) => sum + Number(each) * 1_024, 0);
}
