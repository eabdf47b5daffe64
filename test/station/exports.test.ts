import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from '@zip.js/zip.js';
import { XMLParser } from 'fast-xml-parser';
import { afterEach, describe, expect, test } from 'vitest';
import type { Client } from '../../shared/client.ts';
import type { Export } from '../../shared/exports.ts';
import { ReportDocument } from '../../shared/report-document.ts';
import { verifyReportPdf } from '../../shared/verify/report-pdf.ts';
import { temporaryFolder } from '../reports/report-kit.ts';
import { erase, openJob } from '../support/job-steps.ts';
import { passwords, type StartOptions, staff, startStation, type TestStation } from '../support/start-station.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

let bench: TestStation;
afterEach(() => bench.close());

const reason = 'Customer asks for all certificates.';

async function withReports(count: number, options: StartOptions = {}) {
  bench = await startStation(options);
  const people = await staff(bench);
  const job = await erase(bench, people.technician, await openJob(bench, people.technician));
  for (let i = 0; i < count; i++)
    await people.technician['reports.issue']({
      jobId: job.id,
      scope: 'reset',
      variant: i % 2 ? 'internal' : 'customer',
    });
  return { ...people, job };
}

async function ended(admin: Client, { id }: Export): Promise<Export> {
  for (;;) {
    const row = (await admin['exports.list']()).find(each => each.id === id);
    if (row && row.state !== 'running') return row;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

async function download(admin: Client, { id }: Export): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let offset = 0; ; ) {
    const { contentBase64, sizeBytes } = await admin['exports.read']({ id, offset });
    const piece = Buffer.from(contentBase64, 'base64');
    parts.push(piece);
    offset += piece.length;
    if (offset >= sizeBytes) return Buffer.concat(parts);
  }
}

async function filesOf(zip: Buffer, password?: string): Promise<Map<string, Buffer>> {
  const reader = new ZipReader(new Uint8ArrayReader(zip), password === undefined ? {} : { password });
  const files = new Map<string, Buffer>();
  for (const entry of await reader.getEntries())
    if (!entry.directory) files.set(entry.filename, Buffer.from(await entry.getData(new Uint8ArrayWriter())));
  await reader.close();
  return files;
}

const text = (files: Map<string, Buffer>, name: string) => files.get(name)?.toString('utf8') ?? '';

describe('an export', () => {
  test('holds every report with its data, a table, a manifest and the site’s certificate; who and why is recorded', async () => {
    const { admin, job } = await withReports(3);
    const filter = { ticket: job.ticket.slice(-5) };
    expect(await admin['exports.count'](filter)).toEqual({ reports: 3 });
    const done = await ended(admin, await admin['exports.start']({ filter, reason }));
    expect(done).toMatchObject({ state: 'done', reports: 3, written: 3, encrypted: false, failure: null });
    const files = await filesOf(await download(admin, done));
    const pdfs = [...files].filter(([name]) => name.startsWith('pdf/'));
    expect(pdfs).toHaveLength(3);
    const caPem = text(files, 'site-ca.pem');
    for (const [, pdf] of pdfs) expect((await verifyReportPdf(pdf, { caPem })).ok).toBe(true);
    for (const [name, json] of [...files].filter(([each]) => each.startsWith('json/'))) {
      const document = ReportDocument.parse(JSON.parse(json.toString('utf8')));
      const xml = new XMLParser().parse(text(files, name.replaceAll('json', 'xml')));
      expect(xml.report.documentId).toBe(document.documentId);
      expect(xml.report.devices.job.ticket).toBe(job.ticket);
    }
    const manifest = JSON.parse(text(files, 'manifest.json'));
    expect(manifest.reports.map((r: { sequence: number }) => r.sequence)).toEqual([1, 2, 3]);
    expect(manifest.reports.every((r: { file: string; sha256: string }) => files.has(r.file) && r.sha256)).toBe(true);
    expect(JSON.stringify(manifest)).not.toContain('blobSha256');
    expect(text(files, 'reports.csv').split('\n')).toHaveLength(5);
    expect(JSON.parse(text(files, 'report.schema.json')).properties).toHaveProperty('devices');

    const entries = (await admin['journal.list']({ limit: 20 })).filter(({ type }) => type.startsWith('export.'));
    expect(entries.map(({ type }) => type)).toEqual(['export.ended', 'export.started']);
    expect(entries[1]).toMatchObject({ data: { reports: 3, filter }, actorName: 'Ada Admin' });
    await admin['exports.remove']({ id: done.id });
    await expect(admin['exports.read']({ id: done.id, offset: 0 })).rejects.toMatchObject({ code: 'state_refused' });
    expect(readdirSync(`${bench.dataDir}-exports`)).toEqual([]);
  });

  test('filters, and says so when nothing fits', async () => {
    const { admin, technician } = await withReports(2);
    const count = async (filter: Parameters<Client['exports.count']>[0]) =>
      (await admin['exports.count'](filter)).reports;
    expect(await count({ variant: 'internal' })).toBe(1);
    expect(await count({ status: 'failed' })).toBe(0);
    expect(await count({ until: '2020-01-01T00:00:00.000Z' })).toBe(0);
    expect(await count({ from: '2020-01-01T00:00:00.000Z' })).toBe(2);
    expect(await count({ ticket: '%' })).toBe(0);
    const none = admin['exports.start']({ filter: { scope: 'qc' }, reason });
    await expect(none).rejects.toMatchObject({ code: 'not_found' });
    await expect(technician['exports.count']({})).rejects.toMatchObject({ code: 'not_permitted' });
  });

  test('with a password opens with it alone, and the password rests nowhere afterwards', async () => {
    const { admin } = await withReports(1);
    const password = 'a passphrase of some length';
    const done = await ended(admin, await admin['exports.start']({ filter: {}, reason, password }));
    const zip = await download(admin, done);
    expect((await filesOf(zip, password)).size).toBe(8);
    await expect(filesOf(zip, 'another passphrase here')).rejects.toThrow();
    await expect(filesOf(zip)).rejects.toThrow();
    expect(await bench.keystore.get(`export-${done.id}`)).toBeNull();
  });

  test('a forgotten device leaves its line and no file', async () => {
    const { admin, technician, job } = await withReports(1);
    await technician['jobs.fail']({ jobId: job.id, reason: 'Its owner asks to be forgotten.' });
    await admin['privacy.forget']({ subject: job.deviceId });
    const done = await ended(admin, await admin['exports.start']({ filter: {}, reason }));
    const files = await filesOf(await download(admin, done));
    expect([...files.keys()].filter(name => name.startsWith('pdf/'))).toEqual([]);
    expect(JSON.parse(text(files, 'manifest.json')).reports).toMatchObject([{ sequence: 1, file: null }]);
  });

  test('cancelled or failed leaves nothing under its final name, and says why', async () => {
    const { admin } = await withReports(2);
    const started = await admin['exports.start']({ filter: {}, reason });
    const cancelled = await admin['exports.cancel']({ id: started.id });
    expect(['cancelled', 'done']).toContain(cancelled.state);
    // A file where the folder should be: nothing can be written.
    await bench.close();
    bench = await startStation();
    writeFileSync(`${bench.dataDir}-exports`, 'in the way');
    const people = await staff(bench);
    const job = await openJob(bench, people.technician);
    await people.technician['reports.issue']({ jobId: job.id, scope: 'intake', variant: 'customer' });
    const failed = await ended(people.admin, await people.admin['exports.start']({ filter: {}, reason }));
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('cannot be written') });
  });

  test('that ran when the bench stopped goes on when it starts, and no half file stays', async () => {
    const { admin } = await withReports(2);
    const started = await admin['exports.start']({ filter: {}, reason, password: 'a passphrase of some length' });
    const { dataDir, keystore } = bench;
    await bench.station.close();
    const folder = `${dataDir}-exports`;
    const stopped = existsSync(folder) ? readdirSync(folder).filter(name => name.endsWith('.zip')) : [];
    bench = await startStation({ dataDir, keystore });
    const again = bench.connect('admin');
    await again['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    const done = await ended(again, started);
    expect(done).toMatchObject({ state: 'done', written: 2 });
    expect(readdirSync(folder)).toEqual([done.fileName]);
    expect(stopped.length).toBeLessThanOrEqual(1);
    expect((await filesOf(await download(again, done), 'a passphrase of some length')).has('manifest.json')).toBe(true);
  });
});

/** A disk of so many KiB in place of this folder; null where this machine does not let us. */
function smallDisk(folder: string, sizeKiB: number): { [Symbol.dispose](): void } | null {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder]).status === 0;
  return mounted ? { [Symbol.dispose]: () => spawnSync('umount', [folder]) } : null;
}

test('a disk that fills while an export is written: it failed, nothing is left of it, and it can be made again', async ctx => {
  const { admin } = await withReports(3);
  const folder = `${bench.dataDir}-exports`;
  {
    using disk = smallDisk(folder, 240);
    if (!disk) return ctx.skip('no small disk can be mounted here');
    const failed = await ended(admin, await admin['exports.start']({ filter: {}, reason }));
    expect(failed).toMatchObject({ state: 'failed', failure: expect.stringContaining('disk is full') });
    expect(readdirSync(folder)).toEqual([]);
  }
  const done = await ended(admin, await admin['exports.start']({ filter: {}, reason }));
  expect(done).toMatchObject({ state: 'done', written: 3 });
});

describeWithTools('an export checked by others', ['openssl'], () => {
  test('openssl verifies the signature of the manifest, and none of a changed one', async () => {
    const { admin } = await withReports(1);
    const done = await ended(admin, await admin['exports.start']({ filter: {}, reason }));
    const files = await filesOf(await download(admin, done));
    const folder = temporaryFolder();
    for (const name of ['manifest.json', 'manifest.json.p7s', 'site-ca.pem'])
      writeFileSync(join(folder, name), files.get(name) ?? '');
    const at = (name: string) => join(folder, name);
    const when = String(Math.floor(bench.clock.now() / 1000) + 60);
    const check = () =>
      runTool('openssl', [
        'cms',
        '-verify',
        '-binary',
        '-cades',
        '-inform',
        'DER',
        '-in',
        at('manifest.json.p7s'),
        '-content',
        at('manifest.json'),
        '-CAfile',
        at('site-ca.pem'),
        '-purpose',
        'any',
        '-attime',
        when,
        '-out',
        at('out'),
      ]);
    expect(check().output).toMatch(/Verification successful/i);
    expect(readFileSync(at('out')).equals(readFileSync(at('manifest.json')))).toBe(true);
    writeFileSync(at('manifest.json'), readFileSync(at('manifest.json'), 'utf8').replace('reports', 'rep0rts'));
    expect(check().status).not.toBe(0);
  });
});
