import { JobId } from '../../../shared/ids.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

type Direction = 'given' | 'taken';

export type HandoverRow = {
  id: string;
  jobId: JobId;
  /** The job's id at the station that gave it away. */
  source: string;
  /** Journal index of its entry here. */
  idx: number;
  /** Of the file; null until it was made once. */
  sha256: string | null;
  blobSha256: string | null;
};

const toRow = (raw: Tables['handover']): HandoverRow => ({
  id: raw.id,
  jobId: JobId.parse(raw.job),
  source: raw.source,
  idx: raw.idx,
  sha256: raw.sha256,
  blobSha256: raw.blob_sha256,
});

/** Queries of the hand-overs. */
export function createHandoverStore(read: Reads) {
  const rows = query.selectFrom('handover').selectAll();
  return {
    ofJob: (job: JobId, direction: Direction): HandoverRow | null => {
      const raw = read.get(rows.where('job', '=', job).where('direction', '=', direction));
      return raw ? toRow(raw) : null;
    },
    taken: ({ id, source }: { id: string; source: string }): HandoverRow | null => {
      const same = rows.where(where => where.or([where('id', '=', id), where('source', '=', source)]));
      const raw = read.get(same.where('direction', '=', 'taken'));
      return raw ? toRow(raw) : null;
    },
    wasGiven: (id: string): boolean =>
      read.get(rows.where('id', '=', id).where('direction', '=', 'given')) !== undefined,
    /** Hashes of the encrypted files of a job. */
    filesOf: (job: JobId): string[] =>
      read
        .all(query.selectFrom('handover').select('blob_sha256').where('job', '=', job))
        .flatMap(row => row.blob_sha256 ?? []),
    insert(tx: Tx, direction: Direction, { id, jobId, source, idx, sha256, blobSha256 }: HandoverRow) {
      tx.run(
        query
          .insertInto('handover')
          .values({ id, direction, job: jobId, source, idx, sha256, blob_sha256: blobSha256 }),
      );
    },
    keepFile: (tx: Tx, id: string, { sha256, blobSha256 }: { sha256: string; blobSha256: string }) =>
      tx.run(
        query
          .updateTable('handover')
          .set({ sha256, blob_sha256: blobSha256 })
          .where('id', '=', id)
          .where('direction', '=', 'given'),
      ),
  };
}
