import { existsSync, rmSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Parsed } from '../../../shared/contract.ts';
import { BenchError } from '../../../shared/errors.ts';
import { type Export, ExportId, type exportMethods, exportPieceBytes } from '../../../shared/exports.ts';
import type { OperatorId } from '../../../shared/ids.ts';
import { ReportDocument } from '../../../shared/report-document.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers, Publish } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import type { ArchiveTasks } from './archive.ts';
import { createExportsStore, type ExportedReport, type ExportRow } from './exports.store.ts';
import { type ListedReport, manifestCsv, manifestJson } from './manifest.ts';

const pageSize = 100;

export type ExportsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  blobs: Blobs;
  clock: Clock;
  random: Random;
  keystore: Keystore;
  publish: Publish;
  worker: Worker<ArchiveTasks>;
  /** Folder that archives are written to. */
  folder: string;
  /** Detached CMS signature of this station's document key. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
  issuerPem(): Promise<string>;
  log(line: Record<string, unknown>): void;
};

/** Archives of signed reports for a customer or an auditor. What runs when the bench stops begins again when it starts. */
export function createExports(deps: ExportsDeps) {
  const { database, journal, subjects, settings, clock, keystore, worker } = deps;
  const store = createExportsStore(database.read);
  const progress = new Map<ExportId, number>();
  const cancelled = new Set<ExportId>();
  let closing = false;
  let running: Promise<void> = Promise.resolve();

  const pathOf = (row: ExportRow) => join(deps.folder, row.fileName);
  const secretName = (id: ExportId) => `export-${id}`;
  const view = ({ startedBy: _, idx: __, ...row }: ExportRow): Export => ({
    ...row,
    written: row.state === 'done' ? row.reports : (progress.get(row.id) ?? 0),
  });
  const must = (id: ExportId): ExportRow => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such export.');
    return row;
  };
  const tell = (row: ExportRow) => deps.publish('export.changed', view(row));

  const end = async (row: ExportRow, change: Partial<ExportRow> & Pick<ExportRow, 'state'>) => {
    const next = { ...row, ...change };
    database.write(tx => {
      store.update(tx, next);
      const { state, sha256, failure } = next;
      const data = { export: row.id, state, sha256, reports: row.reports, failed: failure !== null };
      journal.append(tx, { type: 'export.ended', data });
    });
    await keystore.delete(secretName(row.id));
    progress.delete(row.id);
    tell(next);
  };

  /** The PDF of a report; null when its device was forgotten since. */
  const pdfOf = ({ deviceId, blobSha256 }: ExportedReport): Uint8Array | null => {
    const dek = subjects.dek(subjectOf(deviceId));
    return dek && Uint8Array.from(deps.blobs.get(dek, blobSha256));
  };

  const writeReports = async (row: ExportRow): Promise<ListedReport[] | null> => {
    const path = pathOf(row);
    const listed: ListedReport[] = [];
    for (let after = 0; ; ) {
      const page = store.next(row.filter, row.idx, after, pageSize);
      for (const report of page) {
        if (closing || cancelled.has(row.id)) return null;
        const pdf = pdfOf(report);
        if (pdf) await worker.run('archive.add_report', { path, name: report.name, pdf });
        listed.push({ ...report, file: pdf && `pdf/${report.name}.pdf` });
        progress.set(row.id, listed.length);
        if (listed.length % 25 === 0) tell(row);
      }
      const last = page.at(-1);
      if (!last) return listed;
      after = last.sequence;
    }
  };

  const writeRest = async (row: ExportRow, listed: readonly ListedReport[]) => {
    const path = pathOf(row);
    const add = (name: string, bytes: Uint8Array) => worker.run('archive.add', { path, name, bytes });
    const manifest = manifestJson(
      {
        exportId: row.id,
        station: { id: settings.get('station-id') ?? '', name: settings.get('station-name') },
        origin: journal.origin,
        createdAt: row.startedAt,
        checkpoint: journal.checkpoint().note,
      },
      listed,
    );
    await add('manifest.json', manifest);
    await add('manifest.json.p7s', await deps.sign(manifest));
    await add('reports.csv', manifestCsv(listed));
    await add('site-ca.pem', Buffer.from(await deps.issuerPem(), 'utf8'));
    await add('report.schema.json', Buffer.from(JSON.stringify(z.toJSONSchema(ReportDocument), null, 2), 'utf8'));
    return worker.run('archive.close', { path });
  };

  const run = async (row: ExportRow): Promise<void> => {
    const path = pathOf(row);
    try {
      const password = row.encrypted ? await keystore.get(secretName(row.id)) : null;
      if (row.encrypted && password === null)
        throw new BenchError('conflict', 'The password of this export is gone. Start it again.');
      await worker.run('archive.open', { path, password });
      const listed = await writeReports(row);
      if (listed) await end(row, { state: 'done', ...(await writeRest(row, listed)) });
      else {
        await worker.run('archive.abort', { path });
        // A bench that closes leaves it to the next start.
        if (!closing) await end(row, { state: 'cancelled' });
      }
    } catch (error) {
      if (closing) return;
      await worker.run('archive.abort', { path }).catch(() => {});
      const failure = error instanceof BenchError ? error.message : 'Something unplanned happened; the log has more.';
      if (!(error instanceof BenchError))
        deps.log({ level: 'error', event: 'export.failed', cause: error instanceof Error ? error.name : 'unknown' });
      await end(row, { state: 'failed', failure });
    }
  };
  const queue = (row: ExportRow) => {
    running = running.then(() => run(row));
    running.catch(() => deps.log({ level: 'error', event: 'export.not_recorded' }));
  };

  const start = async ({ filter, password, reason }: Parsed<'exports.start'>, by: OperatorId): Promise<Export> => {
    const reports = store.count(filter, journal.end());
    if (reports === 0)
      throw new BenchError('not_found', 'No issued report fits. Widen the period or the other filters.');
    const id = ExportId.parse(deps.random.uuid());
    const startedAt = new Date(clock.now()).toISOString();
    // The password is safe before anything says that the export runs.
    if (password !== undefined) await keystore.set(secretName(id), password);
    const row = database.write(tx => {
      const encrypted = password !== undefined;
      const idx = journal.append(tx, {
        type: 'export.started',
        actor: by,
        data: { export: id, reports, encrypted, filter },
        pii: { text: { subject: subjectOf(by), value: { reason } } },
      });
      const fileName = `reports-${startedAt.slice(0, 10)}-${id.slice(0, 8)}.zip`;
      const fresh: ExportRow = {
        ...{ id, state: 'running', startedAt, startedBy: by, idx, filter, encrypted, reports, fileName },
        ...{ sizeBytes: null, sha256: null, failure: null },
      };
      store.insert(tx, fresh);
      return fresh;
    });
    queue(row);
    return view(row);
  };

  const read = async (row: ExportRow, offset: number) => {
    if (row.state !== 'done') throw new BenchError('state_refused', 'The archive is not there, or not finished yet.');
    try {
      await using file = await open(pathOf(row), 'r');
      const { bytesRead, buffer } = await file.read(Buffer.alloc(exportPieceBytes), 0, exportPieceBytes, offset);
      const contentBase64 = buffer.subarray(0, bytesRead).toString('base64');
      return { contentBase64, sizeBytes: (await file.stat()).size };
    } catch (cause) {
      throw new BenchError('not_found', 'The archive was moved or deleted. Start the export again.', { cause });
    }
  };

  const handlers = {
    'exports.count': filter => ({ reports: store.count(filter, journal.end()) }),
    'exports.start': (input, caller) => start(input, caller.operatorId),
    'exports.list': () => store.list().map(view),
    'exports.cancel': async ({ id }) => {
      if (must(id).state !== 'running') throw new BenchError('state_refused', 'This export does not run.');
      cancelled.add(id);
      await running;
      return view(must(id));
    },
    'exports.read': ({ id, offset }) => read(must(id), offset),
    'exports.remove': async ({ id }) => {
      const row = must(id);
      if (row.state !== 'done') throw new BenchError('state_refused', 'There is no archive to delete.');
      await rm(pathOf(row), { force: true });
      await end(row, { state: 'removed' });
      return view(must(id));
    },
  } satisfies Pick<Handlers, keyof typeof exportMethods>;

  return {
    handlers,
    /** Goes on with what ran when the bench stopped, from the beginning of the archive; call it once, at the start. */
    resume() {
      for (const row of store.running()) {
        const half = `${pathOf(row)}.part`;
        if (existsSync(half)) rmSync(half, { force: true });
        queue(row);
      }
    },
    async close() {
      closing = true;
      await running;
    },
  };
}
