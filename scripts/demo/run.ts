import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Device } from '../../shared/devices.ts';
import { BenchError } from '../../shared/errors.ts';
import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import type { DemoOptions } from './arguments.ts';
import type { DemoBench } from './bench.ts';
import { runJob } from './job-run.ts';
import { type DeviceOutcome, faultsOf, type Outcome } from './outcome.ts';
import { showProgress } from './show.ts';
import { type Verified, verifyWithTool } from './verify-all.ts';

type Plugged = { fault: VirtualFault | null; device: Device };

/** The main job for so many virtual devices: erase, decide, test, report, sync, export, verify. */
export async function runDemo(bench: DemoBench, options: DemoOptions): Promise<Outcome> {
  const startedAt = performance.now();
  const outDir = openFolder(options.outDir);
  const stopShowing = options.json ? () => {} : showProgress(bench.technician);
  const plugged = await plugAll(bench, options.devices);
  const done = await Promise.all(plugged.map(one => timed(() => runJob(bench, one.device))));
  const devices: DeviceOutcome[] = [];
  for (const [i, { value: job, ms }] of done.entries()) {
    const report = await saveReport(bench, job, outDir);
    devices.push(outcomeOf(plugged[i], job, report, ms));
  }
  await bench.technician['sync.now']();
  const { size: entries, cosignedSize } = await bench.technician['journal.status']();
  stopShowing();
  const files = await exportAll(bench, outDir);
  const reports = devices.map(d => path.join(outDir, d.report.file));
  const verification = await timed(() =>
    verifyAll([...reports, files.journal], { fleetVkey: files.fleetVkey, caPem: files.caPem }),
  );
  const total = performance.now() - startedAt;
  const witnessed = await bench.technician['reports.list']({});
  return {
    devices: devices.map(d => ({ ...d, synced: witnessed.some(r => r.sequence === d.report.sequence && r.witnessed) })),
    entries,
    cosignedSize,
    reports: devices.map(d => d.report),
    verifications: verification.value,
    outDir,
    durationsMs: {
      total: Math.round(total),
      perDevice: Math.round(total / devices.length),
      verification: Math.round(verification.ms),
    },
  };
}

function openFolder(name: string): string {
  const folder = path.resolve(name);
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    throw new BenchError(
      'data_folder_unusable',
      `${name} is no folder that can be written. Choose another with --out.`,
      { cause },
    );
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: Math.round(performance.now() - startedAt) };
}

/** Plugs the phones in and waits until the bench has read them all. */
async function plugAll(bench: DemoBench, count: number): Promise<Plugged[]> {
  const { technician, virtual } = bench;
  const phones = faultsOf(count).map(fault => ({ fault, portPath: virtual.plug({ fault }).portPath }));
  const ready = async () => (await technician['devices.list']()).filter(d => d.state === 'ready');
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      ready().then(list => {
        if (list.length < count) return;
        stop();
        resolve();
      }, reject);
    };
    const stop = technician.on('device.changed', look);
    look();
  });
  const devices = await ready();
  return phones.map(({ fault, portPath }) => {
    const device = devices.find(d => d.portPath === portPath);
    if (!device) throw new Error(`nothing was identified at ${portPath}`);
    return { fault, device };
  });
}

async function saveReport({ technician }: DemoBench, job: Job, outDir: string): Promise<DeviceOutcome['report']> {
  const report = await technician['reports.issue']({ jobId: job.id, scope: 'master', variant: 'customer' });
  const { fileName, contentBase64 } = await technician['reports.download']({ reportId: report.id });
  writeFileSync(path.join(outDir, fileName), Buffer.from(contentBase64, 'base64'));
  return { sequence: report.sequence, file: fileName, sha256: report.sha256 ?? '' };
}

function outcomeOf(
  plugged: Plugged | undefined,
  job: Job,
  report: DeviceOutcome['report'],
  durationMs: number,
): DeviceOutcome {
  return {
    device: [job.manufacturer.value, job.model.value].filter(Boolean).join(' '),
    fault: plugged?.fault ?? null,
    ticket: job.ticket,
    erasureStatus: job.erase.status,
    place: job.place,
    report,
    synced: false,
    durationMs,
  };
}

/** The journal and what an outsider needs to check everything: the pinned key and the site's certificate. */
async function exportAll(bench: DemoBench, outDir: string) {
  const fleetVkey = path.join(outDir, 'fleet.vkey');
  const caPem = path.join(outDir, 'site-ca.pem');
  const journal = path.join(outDir, 'journal');
  writeFileSync(fleetVkey, `${bench.fleetVkey}\n`);
  writeFileSync(caPem, (await bench.technician['reports.site_ca']()).pem);
  bench.exportJournal(journal);
  return { fleetVkey, caPem, journal };
}

/** Two at a time: each is a process of its own. */
async function verifyAll(files: string[], trust: { fleetVkey: string; caPem: string }): Promise<Verified[]> {
  const results: Verified[] = [];
  const queue = [...files];
  const work = async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift())
      results.push(await verifyWithTool(file, trust));
  };
  await Promise.all([work(), work()]);
  return results;
}
