import { JobId, ReportId } from '../../../shared/ids.ts';
import { ErasureStatus } from '../../../shared/jobs.ts';
import { Report, ReportLanguage, ReportScope, ReportVariant } from '../../../shared/reports.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

export type ReportRow = Omit<Report, 'ticket' | 'witnessed' | 'state'> & {
  /** `numbered`: its document is being made, or was when the process ended. */
  state: Report['state'] | 'numbered';
  /** Name of the encrypted file; null until there is one. */
  blobSha256: string | null;
  numberedIdx: number;
};

const toRow = (raw: Tables['report']): ReportRow => ({
  id: ReportId.parse(raw.id),
  sequence: raw.sequence,
  jobId: JobId.parse(raw.job),
  scope: ReportScope.parse(raw.scope),
  variant: ReportVariant.parse(raw.variant),
  language: ReportLanguage.parse(raw.language),
  state: raw.state === 'numbered' ? 'numbered' : Report.shape.state.parse(raw.state),
  erasureStatus: ErasureStatus.nullable().parse(raw.status),
  issuedAt: raw.issued_at,
  fileName: raw.file_name,
  sha256: raw.file_sha256,
  blobSha256: raw.blob_sha256,
  supersedes: raw.supersedes,
  numberedIdx: raw.numbered_idx,
  stampedAt: raw.stamped_at,
});

/** Queries of the reports. */
export function createReportsStore(read: Reads) {
  const rows = query.selectFrom('report').selectAll();
  const unstamped = query
    .selectFrom('report')
    .where('state', '=', 'issued')
    .where('stamped_at', 'is', null)
    .where('blob_sha256', 'is not', null);
  return {
    find: (id: ReportId): ReportRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    list: (jobId: JobId | undefined) => {
      const some = jobId === undefined ? rows : rows.where('job', '=', jobId);
      return read.all(some.orderBy('sequence', 'desc').limit(1_000)).map(toRow);
    },
    filesOf: (jobId: JobId): string[] =>
      read
        .all(query.selectFrom('report').select(['blob_sha256', 'replaced_blob_sha256']).where('job', '=', jobId))
        .flatMap(row => [row.blob_sha256, row.replaced_blob_sha256])
        .filter(file => file !== null),
    numbered: () => read.all(rows.where('state', '=', 'numbered')).map(toRow),
    /** The newest issued document of this kind and language for the job. */
    lastIssued: ({ jobId, scope, variant, language }: Pick<ReportRow, 'jobId' | 'scope' | 'variant' | 'language'>) =>
      read.get(
        query
          .selectFrom('report')
          .select('sequence')
          .where('job', '=', jobId)
          .where('scope', '=', scope)
          .where('variant', '=', variant)
          .where('language', '=', language)
          .where('state', '=', 'issued')
          .orderBy('sequence', 'desc')
          .limit(1),
      )?.sequence ?? null,
    insert(tx: Tx, row: ReportRow) {
      tx.run(
        query.insertInto('report').values({
          id: row.id,
          sequence: row.sequence,
          job: row.jobId,
          scope: row.scope,
          variant: row.variant,
          language: row.language,
          state: row.state,
          status: row.erasureStatus,
          issued_at: row.issuedAt,
          file_name: row.fileName,
          file_sha256: row.sha256,
          blob_sha256: row.blobSha256,
          supersedes: row.supersedes,
          numbered_idx: row.numberedIdx,
          stamped_at: null,
          replaced_blob_sha256: null,
        }),
      );
    },
    issue(tx: Tx, id: ReportId, file: { sha256: string; blobSha256: string }) {
      tx.run(
        query
          .updateTable('report')
          .set({ state: 'issued', file_sha256: file.sha256, blob_sha256: file.blobSha256 })
          .where('id', '=', id),
      );
    },
    /** Issued documents without time stamps behind this number, oldest first. */
    unstamped: (after: number, limit: number) =>
      read.all(unstamped.selectAll().where('sequence', '>', after).orderBy('sequence').limit(limit)).map(toRow),
    countUnstamped: () => read.get(unstamped.select(({ fn }) => fn.countAll<number>().as('count')))?.count ?? 0,
    lastStamped: () =>
      read.get(query.selectFrom('report').select(({ fn }) => fn.max('stamped_at').as('at')))?.at ?? null,
    /** Puts the stamped file in the place of `row`'s; false when the row has another file meanwhile. */
    stamp(tx: Tx, row: ReportRow, file: { sha256: string; blobSha256: string; at: string }): boolean {
      const { changes } = tx.run(
        query
          .updateTable('report')
          .set({
            file_sha256: file.sha256,
            blob_sha256: file.blobSha256,
            stamped_at: file.at,
            replaced_blob_sha256: row.blobSha256,
          })
          .where('id', '=', row.id)
          .where('state', '=', 'issued')
          .where('blob_sha256', '=', row.blobSha256),
      );
      return changes === 1;
    },
    /** Files whose place a stamped one took, and that are still there. */
    replaced: () =>
      read
        .all(query.selectFrom('report').select('replaced_blob_sha256').where('replaced_blob_sha256', 'is not', null))
        .flatMap(row => row.replaced_blob_sha256 ?? []),
    dropReplaced(tx: Tx, blobSha256: string) {
      tx.run(
        query.updateTable('report').set({ replaced_blob_sha256: null }).where('replaced_blob_sha256', '=', blobSha256),
      );
    },
    void(tx: Tx, id: ReportId) {
      tx.run(query.updateTable('report').set({ state: 'void' }).where('id', '=', id));
    },
  };
}
