import path from 'node:path';
import type { Client } from '../../shared/client.ts';
import type { Job } from '../../shared/jobs.ts';
import type { Outcome } from './outcome.ts';

/** A line for each move of each job; returns what stops it. */
export function showProgress(client: Client): () => void {
  const last = new Map<string, string>();
  return client.on('job.changed', job => {
    const line = lineOf(job);
    if (last.get(job.id) === line) return;
    last.set(job.id, line);
    console.log(line);
  });
}

function lineOf(job: Job): string {
  const percent = job.erase.percent === null ? '' : ` ${Math.floor(job.erase.percent / 25) * 25} %`;
  const device = [job.manufacturer.value, job.model.value].filter(Boolean).join(' ');
  return `${job.ticket}  ${device.padEnd(28)} ${job.place}${percent}`;
}

/** What came out, for a person: one row for each device, then what holds and what does not. */
export function showTable(outcome: Outcome, problems: readonly string[]): void {
  const rows = [
    ['device', 'ticket', 'erasure status', 'state', 'report', 'synced'],
    ...outcome.devices.map(d => [
      d.device,
      d.ticket,
      d.erasureStatus ?? '–',
      d.place,
      d.report.file,
      d.synced ? 'yes' : 'no',
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map(row => row[column]?.length ?? 0))) ?? [];
  console.log('');
  for (const row of rows)
    console.log(
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  const verified = outcome.verifications.filter(v => v.ok).length;
  console.log(
    `\n${outcome.entries} journal entries, ${outcome.cosignedSize} cosigned · ${verified} of ${outcome.verifications.length} verified · ${(outcome.durationsMs.total / 1000).toFixed(1)} s`,
  );
  console.log(
    `Left in ${path.relative(process.cwd(), outcome.outDir) || '.'}: reports, journal, fleet.vkey, site-ca.pem`,
  );
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
}
