import { sql } from 'kysely';
import { Export, type ExportFilter, ExportId, ExportFilter as Filter } from '../../../shared/exports.ts';
import { DeviceId, OperatorId } from '../../../shared/ids.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

export type ExportRow = Omit<Export, 'written'> & { startedBy: OperatorId; idx: number };

/** One issued report as an archive holds it. */
export type ExportedReport = {
  sequence: number;
  documentId: string;
  ticket: string;
  scope: string;
  variant: string;
  language: string;
  erasureStatus: string | null;
  issuedAt: string;
  supersedes: number | null;
  sha256: string | null;
  name: string;
  blobSha256: string;
  deviceId: DeviceId;
};

const toRow = (raw: Tables['export']): ExportRow => ({
  id: ExportId.parse(raw.id),
  state: Export.shape.state.parse(raw.state),
  startedAt: raw.started_at,
  startedBy: OperatorId.parse(raw.started_by),
  idx: raw.idx,
  filter: Filter.parse(JSON.parse(raw.filter)),
  encrypted: raw.encrypted === 1,
  reports: raw.reports,
  fileName: raw.file_name,
  sizeBytes: raw.size_bytes,
  sha256: raw.sha256,
  failure: raw.failure,
});

/** Queries of the exports. */
export function createExportsStore(read: Reads) {
  const rows = query.selectFrom('export').selectAll();

  const selected = (filter: ExportFilter, until: number) => {
    let some = query
      .selectFrom('report')
      .innerJoin('job', 'job.id', 'report.job')
      .where('report.state', '=', 'issued')
      .where('report.blob_sha256', 'is not', null)
      .where('report.numbered_idx', '<=', until);
    if (filter.from !== undefined) some = some.where('report.issued_at', '>=', filter.from);
    if (filter.until !== undefined) some = some.where('report.issued_at', '<', filter.until);
    if (filter.status !== undefined) some = some.where('report.status', '=', filter.status);
    if (filter.scope !== undefined) some = some.where('report.scope', '=', filter.scope);
    if (filter.variant !== undefined) some = some.where('report.variant', '=', filter.variant);
    if (filter.lot !== undefined || filter.customer !== undefined) {
      let lots = query.selectFrom('lot_job').innerJoin('lot', 'lot.id', 'lot_job.lot').select('lot_job.job');
      if (filter.lot !== undefined) lots = lots.where('lot.id', '=', filter.lot);
      if (filter.customer !== undefined) lots = lots.where('lot.customer', '=', filter.customer);
      some = some.where('report.job', 'in', lots);
    }
    if (filter.ticket !== undefined)
      some = some.where(eb =>
        eb(eb.fn('instr', [eb.fn('upper', ['job.ticket']), eb.val(filter.ticket?.toUpperCase())]), '>', 0),
      );
    return some;
  };

  return {
    find: (id: ExportId): ExportRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    list: () => read.all(rows.orderBy('idx', 'desc').limit(200)).map(toRow),
    running: () => read.all(rows.where('state', '=', 'running').orderBy('idx')).map(toRow),
    /** Reports that a filter selects among those numbered up to the entry `until`. */
    count: (filter: ExportFilter, until: number): number =>
      read.get(selected(filter, until).select(sql<number>`count(*)`.as('reports')))?.reports ?? 0,
    /** The next reports after a sequence number, in their order. */
    next: (filter: ExportFilter, until: number, after: number, limit: number): ExportedReport[] =>
      read
        .all(
          selected(filter, until)
            .where('report.sequence', '>', after)
            .select(['report.id', 'report.sequence', 'job.ticket', 'job.device', 'report.scope', 'report.variant'])
            .select(['report.language', 'report.status', 'report.issued_at', 'report.supersedes', 'report.file_name'])
            .select(['report.file_sha256', 'report.blob_sha256'])
            .orderBy('report.sequence')
            .limit(limit),
        )
        .map(raw => ({
          sequence: raw.sequence,
          documentId: raw.id,
          ticket: raw.ticket,
          scope: raw.scope,
          variant: raw.variant,
          language: raw.language,
          erasureStatus: raw.status,
          issuedAt: raw.issued_at,
          supersedes: raw.supersedes,
          sha256: raw.file_sha256,
          name: raw.file_name.replace(/\.pdf$/, ''),
          blobSha256: raw.blob_sha256 ?? '',
          deviceId: DeviceId.parse(raw.device),
        })),
    insert(tx: Tx, row: ExportRow) {
      tx.run(
        query.insertInto('export').values({
          id: row.id,
          state: row.state,
          started_at: row.startedAt,
          started_by: row.startedBy,
          idx: row.idx,
          filter: JSON.stringify(row.filter),
          encrypted: row.encrypted ? 1 : 0,
          reports: row.reports,
          file_name: row.fileName,
          size_bytes: row.sizeBytes,
          sha256: row.sha256,
          failure: row.failure,
        }),
      );
    },
    update(tx: Tx, { id, state, sizeBytes, sha256, failure }: ExportRow) {
      tx.run(query.updateTable('export').set({ state, size_bytes: sizeBytes, sha256, failure }).where('id', '=', id));
    },
  };
}
