import canonicalize from 'canonicalize';
import { stringify } from 'csv-stringify/sync';
import type { ExportedReport } from './exports.store.ts';

export type Manifest = {
  exportId: string;
  station: { id: string; name: string | null };
  origin: string;
  createdAt: string;
  /** The station's signed head when the export began: it covers every report below. */
  checkpoint: string;
};

export type ListedReport = ExportedReport & {
  /** Null where the file cannot be opened any more: its device was forgotten on request. */
  file: string | null;
};

/** What the archive holds and what it had to leave out, canonical JSON. */
export function manifestJson(manifest: Manifest, reports: readonly ListedReport[]): Buffer {
  const text = canonicalize({
    schemaVersion: 1,
    ...manifest,
    reports: reports.map(({ blobSha256: _, deviceId: __, ...report }) => report),
  });
  return Buffer.from(text ?? '', 'utf8');
}

const columns = [
  'sequence',
  'documentId',
  'ticket',
  'scope',
  'variant',
  'language',
  'erasureStatus',
  'issuedAt',
  'supersedes',
  'file',
  'sha256',
] as const;

/** The same as a table for spreadsheets, in which no cell is taken for a formula. */
export function manifestCsv(reports: readonly ListedReport[]): Buffer {
  const text = stringify(
    reports.map(report => columns.map(column => report[column])),
    { header: true, columns: [...columns], bom: true, escape_formulas: true },
  );
  return Buffer.from(text, 'utf8');
}
