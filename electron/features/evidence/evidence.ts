import { fileTypeFromBuffer } from 'file-type';
import { BenchError } from '../../../shared/errors.ts';
import { type Evidence, EvidenceMediaType, evidenceMaxBytes, type evidenceMethods } from '../../../shared/evidence.ts';
import type { DeviceId, OperatorId } from '../../../shared/ids.ts';
import { EvidenceId, type JobId } from '../../../shared/ids.ts';
import type { JobState } from '../../../shared/jobs.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { createEvidenceStore, type EvidenceRow } from './evidence.store.ts';

export type EvidenceDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  blobs: Blobs;
  clock: Clock;
  random: Random;
  jobOf(id: JobId): { deviceId: DeviceId; state: JobState };
};

/** Pictures, videos and documents that belong to a job: typed by content, encrypted, hashed into the journal. */
export function createEvidence(deps: EvidenceDeps) {
  const { database, journal, subjects, blobs, clock, random } = deps;
  const store = createEvidenceStore(database.read);

  const view = (row: EvidenceRow): Evidence => ({
    id: row.id,
    jobId: row.jobId,
    stage: row.stage,
    mediaType: row.mediaType,
    sizeBytes: row.sizeBytes,
    sha256: row.sha256,
    caption: journal.open('evidence.added', row.idx, 'text')?.caption ?? null,
    capturedBy: row.capturedBy,
    capturedAt: row.capturedAt,
  });

  const add = async (jobId: JobId, caption: string, bytes: Buffer, by: OperatorId): Promise<Evidence> => {
    const mediaType = await sniff(bytes);
    const { deviceId, state } = deps.jobOf(jobId);
    const subject = subjectOf(deviceId);
    const sha256 = blobs.put(subjects.dekOf(subject), bytes);
    const row = database.write(tx => {
      const id = EvidenceId.parse(random.uuidV7(clock.now()));
      const idx = journal.append(tx, {
        type: 'evidence.added',
        actor: by,
        device: deviceId,
        job: jobId,
        data: { evidence: id, stage: state, mediaType, sizeBytes: bytes.length, sha256 },
        pii: { text: { subject, value: { caption } } },
      });
      const capturedAt = new Date(clock.now()).toISOString();
      const added = {
        id,
        jobId,
        stage: state,
        mediaType,
        sizeBytes: bytes.length,
        sha256,
        idx,
        capturedBy: by,
        capturedAt,
      };
      store.insert(tx, added);
      return added;
    });
    return view(row);
  };

  const read = (id: EvidenceId): { row: EvidenceRow; bytes: Buffer } => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such evidence.');
    const { deviceId } = deps.jobOf(row.jobId);
    try {
      return { row, bytes: blobs.get(subjects.dekOf(subjectOf(deviceId)), row.sha256) };
    } catch (error) {
      if (error instanceof BenchError && error.code === 'evidence_refused') {
        database.write(tx =>
          journal.append(tx, { type: 'evidence.altered', job: row.jobId, data: { evidence: id, sha256: row.sha256 } }),
        );
      }
      throw error;
    }
  };

  const handlers = {
    'evidence.add': ({ jobId, caption, contentBase64 }, caller) =>
      add(jobId, caption, Buffer.from(contentBase64, 'base64'), caller.operatorId),
    'evidence.list': ({ jobId }) => store.ofJob(jobId).map(view),
    'evidence.read': ({ evidenceId }) => {
      const { row, bytes } = read(evidenceId);
      return { mediaType: row.mediaType, contentBase64: bytes.toString('base64') };
    },
  } satisfies Pick<Handlers, keyof typeof evidenceMethods>;

  return {
    handlers,
    /** Hashes of pieces that belong to the job and are whole on disk; throws for any that is not. */
    hashesOf: (jobId: JobId, ids: readonly EvidenceId[]): string[] =>
      ids.map(id => {
        const { row } = read(id);
        if (row.jobId !== jobId) throw new BenchError('evidence_refused', 'This evidence belongs to another job.');
        return row.sha256;
      }),
    ofJob: (jobId: JobId) => store.ofJob(jobId).map(view),
    /** Whether the bytes on disk are those that were recorded; what is not is journalled. */
    isWhole(id: EvidenceId): boolean {
      try {
        read(id);
        return true;
      } catch (error) {
        if (error instanceof BenchError && error.code === 'evidence_refused') return false;
        throw error;
      }
    },
  };
}

async function sniff(bytes: Buffer): Promise<EvidenceMediaType> {
  if (bytes.length === 0) throw new BenchError('evidence_refused', 'The file is empty. Take the picture again.');
  if (bytes.length > evidenceMaxBytes)
    throw new BenchError('evidence_refused', 'The file is larger than 25 MB. Make it smaller.');
  const found = EvidenceMediaType.safeParse((await fileTypeFromBuffer(bytes))?.mime);
  if (found.success) return found.data;
  throw new BenchError(
    'evidence_refused',
    'The content is no picture, video or PDF that can serve as evidence (JPEG, PNG, WebP, MP4, WebM, PDF), whatever its name says.',
  );
}
