import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { BenchError } from '../../../../shared/errors.ts';
import type { OperatorId } from '../../../../shared/ids.ts';
import type { TimestampStatus, timestampMethods } from '../../../../shared/timestamps.ts';
import { shortName } from '../../../../shared/verify/pdf-certificate.ts';
import type { Blobs } from '../../../database/blobs.ts';
import type { Database } from '../../../database/database.ts';
import type { FilesStore } from '../../../database/files.store.ts';
import type { Clock } from '../../../drivers/clock/clock.ts';
import type { Random } from '../../../drivers/random/random.ts';
import type { TimestampService } from '../../../drivers/timestamps/timestamps.ts';
import type { Worker } from '../../../drivers/worker/worker.ts';
import type { Handlers } from '../../../handlers.ts';
import type { Journal } from '../../journal/journal.ts';
import { type Subjects, subjectOf } from '../../journal/subjects.ts';
import type { Settings } from '../../station/settings.ts';
import { readCertificate } from '../authority/certificates.ts';
import type { ReportTasks } from '../report-worker.ts';
import { createReportsStore, type ReportRow } from '../reports.store.ts';
import { listsOf } from './revocation-lists.ts';
import { chainOf, type StampedReport } from './stamp-pdf.ts';

const firstWaitMs = 60_000;
const longestWaitMs = 3_600_000;
const page = 20;

const Stored = z.object({ url: z.string(), authorityPem: z.string() });

export type TimestampsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  blobs: Blobs;
  files: Pick<FilesStore, 'drop'>;
  clock: Clock;
  random: Random;
  worker: Worker<ReportTasks>;
  service: TimestampService;
  deviceOf(row: ReportRow): Parameters<typeof subjectOf>[0];
  /** A report has its time stamps. */
  onStamped(row: ReportRow): void;
  log(line: Record<string, unknown>): void;
};

/**
 * Time stamps for reports that are issued already: nothing waits for them, and what could not be stamped is tried again
 * by itself, every hour at the latest.
 */
export function createTimestamps(deps: TimestampsDeps) {
  const { database, journal, subjects, settings, blobs, clock, service } = deps;
  const store = createReportsStore(database.read);
  const ended = new AbortController();
  let running: Promise<void> | null = null;
  let cancelNext: (() => void) | null = null;
  let waitMs = firstWaitMs;
  let failure: TimestampStatus['failure'] = null;

  const current = () => {
    const text = settings.get('timestamps');
    const stored = text ? Stored.parse(JSON.parse(text)) : null;
    return stored && { url: stored.url, authority: new X509Certificate(stored.authorityPem) };
  };

  const status = (): TimestampStatus => {
    const chosen = current();
    return {
      service: chosen && {
        url: chosen.url,
        authority: shortName(chosen.authority.subject),
        fingerprint: chosen.authority.fingerprint256,
      },
      waiting: store.countUnstamped(),
      last: store.lastStamped(),
      failure,
    };
  };

  const stamp = async (
    row: ReportRow,
    { url, authority }: NonNullable<ReturnType<typeof current>>,
    fetchList: (url: string) => Promise<Buffer>,
  ): Promise<void> => {
    const subject = subjectOf(deps.deviceOf(row));
    const pdf = Uint8Array.from(blobs.get(subjects.dekOf(subject), row.blobSha256 ?? ''));
    const imprint = await deps.worker.run('stamp.imprint', { pdf });
    const token = await service.stamp(url, imprint, ended.signal);
    const chain = chainOf(token, imprint, authority);
    const later = {
      certificates: chain.map(({ raw }) => Uint8Array.from(raw)),
      crls: (await listsOf(chain, fetchList)).map(der => Uint8Array.from(der)),
    };
    const prepared = await deps.worker.run('stamp.prepare', { pdf, token, later });
    const archive = await service.stamp(url, prepared.imprint, ended.signal);
    const authorityPem = authority.toString();
    const stamped = await deps.worker.run('stamp.finish', { prepared, token: archive, authorityPem });
    keep(row, subject, stamped);
  };

  /** In one go, so that nobody can forget the device in between. */
  const keep = (row: ReportRow, subject: ReturnType<typeof subjectOf>, stamped: StampedReport) => {
    const { fileSha256, signatureTimeMs, fileTimeMs } = stamped;
    const blobSha256 = blobs.put({ subject, dek: subjects.dekOf(subject) }, Buffer.from(stamped.pdf));
    const at = new Date(fileTimeMs).toISOString();
    const kept = database.write(tx => {
      if (!store.stamp(tx, row, { sha256: fileSha256, blobSha256, at })) return false;
      const signatureTime = new Date(signatureTimeMs).toISOString();
      const { id: documentId, sequence } = row;
      const data = { documentId, sequence, fileSha256, signatureTime, fileTime: at };
      journal.append(tx, { type: 'report.timestamped', data });
      return true;
    });
    if (kept) deps.onStamped({ ...row, sha256: fileSha256, blobSha256, stampedAt: at });
    else remove(blobSha256);
  };

  const remove = (blobSha256: string) => {
    blobs.remove(blobSha256);
    database.write(tx => {
      store.dropReplaced(tx, blobSha256);
      deps.files.drop(tx, blobSha256);
    });
  };

  /** A failure of the service ends the pass; one document that cannot be stamped is left out and told in the log. */
  const pass = async (): Promise<void> => {
    const chosen = current();
    if (!chosen) return;
    const fetchList = oncePerPass(url => service.revocationList(url, ended.signal));
    let after = 0;
    for (let rows = store.unstamped(after, page); rows.length > 0; rows = store.unstamped(after, page)) {
      for (const row of rows) {
        if (ended.signal.aborted) return;
        after = row.sequence;
        await stamp(row, chosen, fetchList).catch(error => {
          if (isOfService(error) || !(error instanceof BenchError)) throw error;
          deps.log({ level: 'warn', event: 'report.not_stamped', sequence: row.sequence, code: error.code });
        });
      }
    }
  };

  const run = async (): Promise<void> => {
    try {
      await pass();
      failure = null;
      waitMs = firstWaitMs;
    } catch (error) {
      if (ended.signal.aborted) return;
      if (!(error instanceof BenchError))
        deps.log({
          level: 'error',
          event: 'timestamps.failed',
          cause: error instanceof Error ? error.name : 'unknown',
        });
      const words = error instanceof BenchError ? error.message : 'The time stamps could not be made; see the log.';
      failure = { at: new Date(clock.now()).toISOString(), words };
      cancelNext?.();
      cancelNext = clock.after(waitMs, nudge);
      waitMs = Math.min(waitMs * 2, longestWaitMs);
    }
  };
  let again = false;
  function nudge(): void {
    again = true;
    running ??= (async () => {
      while (again && !ended.signal.aborted) {
        again = false;
        await run();
      }
    })().finally(() => {
      running = null;
    });
  }

  /** Believes only a service that has just made a good time stamp. */
  const configure = async (given: z.infer<typeof Stored> | null, actor: OperatorId): Promise<TimestampStatus> => {
    const authority = given && readCertificate(given.authorityPem, 'The certificate of the authority');
    if (given && authority) {
      if (!authority.ca)
        throw new BenchError(
          'bad_input',
          'This certificate is not one of an authority. Give the one above the service.',
        );
      const digest = createHash('sha256').update(deps.random.bytes(32)).digest();
      chainOf(await service.stamp(given.url, digest, ended.signal), digest, authority);
    }
    database.write(tx => {
      const stored = given && authority && { url: given.url, authorityPem: authority.toString() };
      settings.set(tx, 'timestamps', stored ? JSON.stringify(stored) : '');
      const data = { authority: authority ? authority.fingerprint256 : null };
      journal.append(tx, { type: 'timestamps.configured', actor, data });
    });
    failure = null;
    waitMs = firstWaitMs;
    nudge();
    return status();
  };

  const handlers = {
    'timestamps.status': () => status(),
    'timestamps.configure': ({ service: given }, { operatorId }) => configure(given, operatorId),
  } satisfies Pick<Handlers, keyof typeof timestampMethods>;

  return {
    handlers,
    /** Stamps what waits, soon. */
    nudge,
    /** Certificate of the authority whose time stamps this site trusts, PEM; null where there is none. */
    authorityPem: () => current()?.authority.toString() ?? null,
    warnings: (): string[] => (failure ? [`Reports wait for their time stamps: ${failure.words}`] : []),
    /** Deletes the files whose place a stamped one took, and goes on with what waits. */
    resume(): void {
      for (const file of store.replaced()) remove(file);
      nudge();
    },
    async close(): Promise<void> {
      ended.abort();
      cancelNext?.();
      await running;
    },
  };
}

function isOfService(error: unknown): boolean {
  return error instanceof BenchError && (error.code === 'server_unreachable' || error.code === 'server_refused');
}

function oncePerPass(fetchList: (url: string) => Promise<Buffer>): (url: string) => Promise<Buffer> {
  const known = new Map<string, Promise<Buffer>>();
  return url => {
    const found = known.get(url) ?? fetchList(url);
    known.set(url, found);
    return found;
  };
}
