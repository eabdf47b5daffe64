import { BenchError } from '../../../shared/errors.ts';
import { ReportDocument } from '../../../shared/report-document.ts';
import type { Letterhead } from '../../../shared/reports.ts';
import type { Settings } from '../station/settings.ts';
import { deviceRecord, type JobFacts } from './device-record.ts';
import type { JobHistory } from './job-history.ts';
import type { ReportRow } from './reports.store.ts';

type Issuer = {
  settings: Settings;
  appVersion: string;
  training: boolean;
  log: { origin: string; logVkey: string; fleetVkey: string | null };
};

export type DeviceOrigin = {
  customer: ReportDocument['customer'];
  order: string | null;
  lot: string | null;
  mediaSource: string | null;
};

type Subject = {
  origin: DeviceOrigin | null;
  row: ReportRow;
  job: Omit<JobFacts, 'mediaSource'>;
  history: JobHistory;
  /** Journal entries that the document rests on. */
  indexes: number[];
  letterhead: Letterhead;
  /** SHA-256 (hex) of the signing key's SubjectPublicKeyInfo. */
  keyFingerprint: string;
};

/** The signed data of one document. Throws `report_failed` when the journal and the job disagree about the erasure. */
export function issuedDocument(issuer: Issuer, subject: Subject): ReportDocument {
  const { settings } = issuer;
  const { row, letterhead, origin } = subject;
  const mediaSource = origin?.mediaSource ?? null;
  const record = deviceRecord(subject.history, { ...subject.job, mediaSource }, row.scope, row.variant);
  if (record.erasureStatus !== row.erasureStatus) {
    throw new BenchError('report_failed', 'The journal and the job disagree about the erasure. Verify the journal.');
  }
  return ReportDocument.parse({
    schemaVersion: 1,
    documentId: row.id,
    sequence: row.sequence,
    scope: row.scope,
    variant: row.variant,
    training: issuer.training,
    issued: {
      at: row.issuedAt,
      zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      utcOffsetMinutes: -new Date(row.issuedAt).getTimezoneOffset(),
      clockSource: 'station_clock',
    },
    issuer: {
      organisation: letterhead.organisation ?? settings.get('site-name'),
      address: letterhead.address,
      site: settings.get('site-name'),
      station: { id: settings.get('station-id') ?? '', name: settings.get('station-name') },
      appVersion: issuer.appVersion,
      keyFingerprint: subject.keyFingerprint,
    },
    erasureStatus: record.erasureStatus,
    supersedes: row.supersedes,
    customer: origin?.customer ?? null,
    order: origin?.order ?? null,
    lot: origin?.lot ?? null,
    devices: [record],
    journal: { ...issuer.log, indexes: subject.indexes },
  });
}
