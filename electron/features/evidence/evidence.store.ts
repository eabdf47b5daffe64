import { EvidenceCondition, EvidenceMediaType } from '../../../shared/evidence.ts';
import { EvidenceId, JobId, OperatorId } from '../../../shared/ids.ts';
import { JobState } from '../../../shared/jobs.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

export type EvidenceRow = {
  id: EvidenceId;
  jobId: JobId;
  stage: JobState;
  mediaType: EvidenceMediaType;
  sizeBytes: number;
  sha256: string;
  idx: number;
  capturedBy: OperatorId;
  capturedAt: string;
  supersedes: EvidenceId | null;
  thumbnailSha256: string | null;
  condition: EvidenceCondition;
};

const toRow = (raw: Tables['evidence']): EvidenceRow => ({
  id: EvidenceId.parse(raw.id),
  jobId: JobId.parse(raw.job),
  stage: JobState.parse(raw.stage),
  mediaType: EvidenceMediaType.parse(raw.media_type),
  sizeBytes: raw.size_bytes,
  sha256: raw.sha256,
  idx: raw.idx,
  capturedBy: OperatorId.parse(raw.captured_by),
  capturedAt: raw.captured_at,
  supersedes: raw.supersedes === null ? null : EvidenceId.parse(raw.supersedes),
  thumbnailSha256: raw.thumbnail_sha256,
  condition: EvidenceCondition.parse(raw.condition),
});

/** Queries of the evidence. */
export function createEvidenceStore(read: Reads) {
  const rows = query.selectFrom('evidence').selectAll();
  return {
    find: (id: EvidenceId): EvidenceRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    ofJob: (jobId: JobId) => read.all(rows.where('job', '=', jobId).orderBy('captured_at')).map(toRow),
    insert(tx: Tx, row: EvidenceRow) {
      tx.run(
        query.insertInto('evidence').values({
          id: row.id,
          job: row.jobId,
          stage: row.stage,
          media_type: row.mediaType,
          size_bytes: row.sizeBytes,
          sha256: row.sha256,
          idx: row.idx,
          captured_by: row.capturedBy,
          captured_at: row.capturedAt,
          supersedes: row.supersedes,
          thumbnail_sha256: row.thumbnailSha256,
          condition: row.condition,
        }),
      );
    },
    successorOf: (id: EvidenceId): EvidenceId | null => {
      const raw = read.get(query.selectFrom('evidence').select('id').where('supersedes', '=', id));
      return raw ? EvidenceId.parse(raw.id) : null;
    },
    setCondition(tx: Tx, id: EvidenceId, condition: EvidenceCondition) {
      tx.run(query.updateTable('evidence').set({ condition }).where('id', '=', id));
    },
  };
}
