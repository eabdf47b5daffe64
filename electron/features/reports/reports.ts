import { BenchError } from '../../../shared/errors.ts';
import type { Evidence } from '../../../shared/evidence.ts';
import { type DeviceId, type EvidenceId, type JobId, type OperatorId, ReportId } from '../../../shared/ids.ts';
import type { ErasureStatus, JobPlace } from '../../../shared/jobs.ts';
import type { ReportDocument } from '../../../shared/report-document.ts';
import type {
  Report,
  ReportLanguage,
  ReportPaper,
  ReportScope,
  ReportVariant,
  reportMethods,
} from '../../../shared/reports.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers, Publish, SignedIn } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Trust } from '../journal/policy.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import type { SiteKeys } from './authority/site-keys.ts';
import type { JobFacts } from './device-record.ts';
import { textsOf } from './document/languages/index.ts';
import { type DeviceOrigin, issuedDocument } from './issued-document.ts';
import { readJobHistory } from './job-history.ts';
import { createLetterhead } from './letterhead.ts';
import { lotDevice } from './lot-device.ts';
import { assertInPresentLog, proofBundle } from './proof-bundle.ts';
import type { ReportTasks } from './report-worker.ts';
import { createReportsStore, type ReportRow } from './reports.store.ts';
import { signReportPdf } from './signing/sign-report.ts';
import { createVerification, type VerificationDeps } from './verification.ts';

export type ReportsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  blobs: Blobs;
  clock: Clock;
  random: Random;
  publish: Publish;
  worker: Worker<ReportTasks>;
  appVersion: string;
  training: boolean;
  /** What documents are signed with; throws when that may not be. */
  siteKeys(): Promise<SiteKeys>;
  trust(): Trust;
  nameOf(operator: OperatorId): string | null;
  jobOf(id: JobId): ReportedJob;
  /** Whose device it is and how it came; null when nobody said. */
  originOf(id: JobId): DeviceOrigin | null;
  evidenceOf(id: JobId): Evidence[];
  /** The small picture of a piece; null where there is none that can be shown. */
  thumbnailOf(id: EvidenceId): Uint8Array | null;
  /** Re-hashes the bytes of a piece; false when they are missing or altered. */
  isWhole(id: EvidenceId): boolean;
  reportFloor(): number;
  /** Tries to get the journal cosigned, so that the document can carry a witness; returns soon either way. */
  witness(): Promise<void>;
  /** Called after a report is issued. */
  onIssued(): void;
  /** Called after a number is durable. */
  onNumber(sequence: number): Promise<void>;
} & VerificationDeps;

export type ReportedJob = {
  id: JobId;
  ticket: string;
  deviceId: DeviceId;
  identifiedIdx: number;
  previousTicket: string | null;
  place: JobPlace;
  erasing: boolean;
  /** What the job machine holds, to be compared with what the journal says. */
  erasure: ErasureStatus | null;
};

type Request = {
  jobId: JobId;
  scope: ReportScope;
  variant: ReportVariant;
  language: ReportLanguage;
  paper: ReportPaper;
  by: OperatorId;
};

/** Signed documents about jobs. A number is taken first and never lost: what cannot be finished is void. */
export function createReports(deps: ReportsDeps) {
  const { database, journal, subjects, settings, blobs, clock, random } = deps;
  const store = createReportsStore(database.read);
  const letterhead = createLetterhead(deps);

  const view = (row: ReportRow): Report => ({
    id: row.id,
    sequence: row.sequence,
    jobId: row.jobId,
    ticket: deps.jobOf(row.jobId).ticket,
    scope: row.scope,
    variant: row.variant,
    language: row.language,
    state: row.state === 'issued' ? 'issued' : 'void',
    erasureStatus: row.erasureStatus,
    issuedAt: row.issuedAt,
    fileName: row.fileName,
    sha256: row.sha256,
    supersedes: row.supersedes,
    stampedAt: row.stampedAt,
    witnessed: journal.store.isCosigned(row.numberedIdx),
  });

  const takeNumber = (request: Request, job: ReportedJob): ReportRow =>
    database.write(tx => {
      const { scope, variant, language } = request;
      const id = ReportId.parse(random.uuid());
      const sequence = settings.next(tx, 'report-counter', deps.reportFloor());
      const supersedes = store.lastIssued({ jobId: job.id, scope, variant, language });
      const numberedIdx = journal.append(tx, {
        type: 'report.numbered',
        actor: request.by,
        device: job.deviceId,
        job: job.id,
        data: { documentId: id, sequence, scope, variant, language, status: job.erasure, supersedes },
      });
      const row: ReportRow = {
        id,
        sequence,
        jobId: job.id,
        scope,
        variant,
        language,
        state: 'numbered',
        erasureStatus: job.erasure,
        issuedAt: new Date(clock.now()).toISOString(),
        fileName: `${job.ticket}-${scope}-${variant}-${String(sequence).padStart(6, '0')}.pdf`,
        sha256: null,
        blobSha256: null,
        supersedes,
        numberedIdx,
        stampedAt: null,
      };
      store.insert(tx, row);
      return row;
    });

  const makeVoid = (row: ReportRow, code: string) => {
    database.write(tx => {
      store.void(tx, row.id);
      journal.append(tx, {
        type: 'report.voided',
        job: row.jobId,
        data: { documentId: row.id, sequence: row.sequence, code },
      });
    });
    deps.publish('report.changed', view({ ...row, state: 'void' }));
  };

  /** Says what held when the number was taken, however long the making takes. */
  const make = async (
    row: ReportRow,
    job: Omit<JobFacts, 'mediaSource'> & ReportedJob,
    paper: ReportPaper,
  ): Promise<ReportRow> => {
    const keys = await deps.siteKeys();
    await deps.witness();
    const history = readJobHistory(journal, job.id, deps.nameOf, row.numberedIdx);
    const indexes = [...new Set([job.identifiedIdx, ...history.indexes])].sort((a, b) => a - b);
    const head = letterhead.current();
    const about = { row, job, history, letterhead: head, indexes: indexes.map(idx => idx - journal.store.start) };
    const log = { origin: journal.origin, logVkey: journal.vkey, fleetVkey: deps.trust().fleetVkey };
    const document = issuedDocument(
      { settings, appVersion: deps.appVersion, training: deps.training, log },
      { ...about, keyFingerprint: keys.fingerprint, origin: deps.originOf(job.id) },
    );
    const mayOpen = row.variant === 'internal' ? () => true : history.wasOpened;
    const proofs = proofBundle({ journal, subjects, trust: deps.trust() }, indexes, mayOpen);
    const unsigned = await deps.worker.run('report.build', {
      document,
      proofBundle: proofs,
      validation: keys.validation,
      pictures: picturesOf(document, deps.thumbnailOf),
      look: {
        language: row.language,
        paper,
        accent: head.accent,
        logo: head.logo && Uint8Array.from(Buffer.from(head.logo.base64, 'base64')),
      },
    });
    const signed = await signReportPdf(unsigned.pdf, keys.signer, clock.now());
    const subject = subjectOf(job.deviceId);
    const blobSha256 = blobs.put({ subject, dek: subjects.dekOf(subject) }, Buffer.from(signed.pdf));
    database.write(tx => {
      store.issue(tx, row.id, { sha256: signed.fileSha256, blobSha256 });
      journal.append(tx, {
        type: 'report.issued',
        device: job.deviceId,
        data: {
          documentId: row.id,
          sequence: row.sequence,
          fileSha256: signed.fileSha256,
          signedSha256: signed.signedSha256,
        },
      });
    });
    deps.onIssued();
    return { ...row, state: 'issued', sha256: signed.fileSha256, blobSha256 };
  };

  const issue = async (request: Request): Promise<Report> => {
    const job = deps.jobOf(request.jobId);
    if (job.erasing)
      throw new BenchError('state_refused', 'An erase runs on this device. Issue the report when it has ended.');
    assertInPresentLog(journal, [job.identifiedIdx, ...journal.store.ofJob(job.id).map(({ idx }) => idx)]);
    const facts = { ...job, evidence: deps.evidenceOf(job.id), isWhole: deps.isWhole };
    const row = takeNumber(request, job);
    try {
      await deps.onNumber(row.sequence);
      const report = view(await make(row, facts, request.paper));
      deps.publish('report.changed', report);
      return report;
    } catch (error) {
      makeVoid(row, error instanceof BenchError ? error.code : 'internal');
      if (error instanceof BenchError) throw error;
      throw new BenchError('report_failed', `The report could not be made; its number ${row.sequence} is void.`, {
        cause: error,
      });
    }
  };

  const download = (id: ReportId, { operatorId, role }: SignedIn) => {
    const row = store.find(id);
    if (!row?.blobSha256) throw new BenchError('not_found', 'There is no such document.');
    const { deviceId } = deps.jobOf(row.jobId);
    const bytes = blobs.get(subjects.dekOf(subjectOf(deviceId)), row.blobSha256);
    database.write(tx =>
      journal.append(tx, {
        type: 'report.downloaded',
        actor: operatorId,
        data: { documentId: row.id, sequence: row.sequence, role },
      }),
    );
    return { fileName: row.fileName, contentBase64: bytes.toString('base64') };
  };

  const handlers = {
    ...letterhead.handlers,
    ...createVerification(deps),
    'reports.issue': ({ jobId, scope, variant, language, paper }, { operatorId: by }) => {
      const usual = letterhead.current();
      return issue({ jobId, scope, variant, language: language ?? usual.language, paper: paper ?? usual.paper, by });
    },
    'reports.list': ({ jobId }) => store.list(jobId).map(view),
    'reports.download': ({ reportId }, caller) => download(reportId, caller),
  } satisfies Pick<Handlers, keyof typeof reportMethods>;

  return {
    handlers,
    /** How the papers of this site look. */
    letterhead: letterhead.current,
    /** A status in the words that the site's reports use. */
    headline: (status: ErasureStatus | null) =>
      textsOf[letterhead.current().language].status[status ?? 'none'].headline,
    /** Tells the screens of a report that is not what it was. */
    announce: (row: ReportRow) => deps.publish('report.changed', view(row)),
    /** A job as the statement of its lot lists it. */
    lotDevice: (id: JobId, language: ReportLanguage) =>
      lotDevice(language, readJobHistory(journal, id, deps.nameOf), deps.jobOf(id), store.list(id)),
    /** Hashes of the encrypted documents of a job. */
    filesOf: store.filesOf,
    /** Numbers whose document was not finished when the process ended become void. */
    voidUnfinished() {
      for (const row of store.numbered()) makeVoid(row, 'restart');
    },
  };
}

function picturesOf({ devices }: ReportDocument, thumbnailOf: ReportsDeps['thumbnailOf']) {
  return devices.flatMap(({ evidence }) =>
    evidence.flatMap(({ id }) => {
      const bytes = thumbnailOf(id);
      return bytes ? [{ evidence: id, bytes }] : [];
    }),
  );
}
