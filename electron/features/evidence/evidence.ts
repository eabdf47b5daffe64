import { BenchError } from '../../../shared/errors.ts';
import type { Evidence, EvidenceCondition, evidenceMethods } from '../../../shared/evidence.ts';
import type { DeviceId, OperatorId } from '../../../shared/ids.ts';
import { EvidenceId, type JobId } from '../../../shared/ids.ts';
import { isOver, type JobState } from '../../../shared/jobs.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { createEvidenceStore, type EvidenceRow } from './evidence.store.ts';
import { sniffEvidence, sniffThumbnail } from './evidence-bytes.ts';

export type EvidenceDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  blobs: Blobs;
  clock: Clock;
  random: Random;
  jobOf(id: JobId): { deviceId: DeviceId; state: JobState };
  nameOf(operator: OperatorId): string | null;
};

type Given = { caption: string; contentBase64: string; thumbnailBase64?: string | undefined };
type Place = { jobId: JobId; by: OperatorId; supersedes: EvidenceRow | null; correction: string | null };

const found = { altered: 'evidence.altered', missing: 'evidence.missing', whole: 'evidence.whole_again' } as const;

/** Pictures, videos and documents that belong to a job: typed by content, encrypted, hashed into the journal. */
export function createEvidence(deps: EvidenceDeps) {
  const { database, journal, subjects, blobs, clock, random } = deps;
  const store = createEvidenceStore(database.read);

  const view = (row: EvidenceRow): Evidence => {
    const text = journal.open('evidence.added', row.idx, 'text');
    const { data } = journal.entry(row.idx);
    return {
      id: row.id,
      jobId: row.jobId,
      stage: row.stage,
      mediaType: row.mediaType,
      sizeBytes: row.sizeBytes,
      sha256: row.sha256,
      caption: text?.caption ?? null,
      capturedBy: row.capturedBy,
      capturedByName: deps.nameOf(row.capturedBy),
      capturedAt: row.capturedAt,
      condition: row.condition,
      supersedes: row.supersedes,
      supersededBy: store.successorOf(row.id),
      correction: data.correction === true ? { reason: text?.correction ?? null } : null,
      hasThumbnail: row.thumbnailSha256 !== null,
    };
  };

  const find = (id: EvidenceId): EvidenceRow => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such evidence.');
    return row;
  };
  const dekOfJob = (jobId: JobId) => subjects.dekOf(subjectOf(deps.jobOf(jobId).deviceId));
  const isClosed = (jobId: JobId) => isOver(deps.jobOf(jobId).state);
  const mustBeOpen = (jobId: JobId) => {
    if (!isClosed(jobId)) return;
    throw new BenchError('state_refused', 'The job is closed. A supervisor can add a correction to it, with a reason.');
  };

  const put = async ({ caption, contentBase64, thumbnailBase64 }: Given, place: Place): Promise<Evidence> => {
    const { jobId, by, supersedes, correction } = place;
    const bytes = Buffer.from(contentBase64, 'base64');
    const thumbnail = thumbnailBase64 === undefined ? null : Buffer.from(thumbnailBase64, 'base64');
    const mediaType = await sniffEvidence(bytes);
    if (thumbnail) await sniffThumbnail(thumbnail);
    // The job may have been closed while the content was looked at.
    if (correction === null) mustBeOpen(jobId);
    const { deviceId, state } = deps.jobOf(jobId);
    const subject = subjectOf(deviceId);
    const owner = { subject, dek: subjects.dekOf(subject) };
    const sha256 = blobs.put(owner, bytes);
    const thumbnailSha256 = thumbnail && blobs.put(owner, thumbnail);
    const sizeBytes = bytes.length;
    const id = EvidenceId.parse(random.uuidV7(clock.now()));
    database.write(tx => {
      if (supersedes && store.successorOf(supersedes.id))
        throw new BenchError('conflict', 'Another piece took its place already. Supersede that one.');
      const about = { actor: by, device: deviceId, job: jobId };
      const idx = journal.append(tx, {
        type: 'evidence.added',
        ...about,
        data: { evidence: id, stage: state, mediaType, sizeBytes, sha256, correction: correction !== null },
        pii: { text: { subject, value: { caption, correction } } },
      });
      store.insert(tx, {
        id,
        jobId,
        stage: state,
        mediaType,
        sizeBytes,
        sha256,
        idx,
        capturedBy: by,
        capturedAt: new Date(clock.now()).toISOString(),
        supersedes: supersedes?.id ?? null,
        thumbnailSha256,
        condition: 'whole',
      });
      if (!supersedes) return;
      const data = { evidence: supersedes.id, sha256: supersedes.sha256, by: id, bySha256: sha256 };
      journal.append(tx, { type: 'evidence.superseded', ...about, data });
    });
    return view(find(id));
  };

  /** Keeps and journals what the bytes turned out to be, where that is news. */
  const note = (row: EvidenceRow, condition: EvidenceCondition) => {
    if (row.condition === condition) return;
    database.write(tx => {
      store.setCondition(tx, row.id, condition);
      const data = { evidence: row.id, sha256: row.sha256 };
      journal.append(tx, { type: found[condition], job: row.jobId, data });
    });
  };

  const read = (id: EvidenceId): { row: EvidenceRow; bytes: Buffer } => {
    const row = find(id);
    const dek = dekOfJob(row.jobId);
    try {
      const bytes = blobs.get(dek, row.sha256);
      note(row, 'whole');
      return { row, bytes };
    } catch (error) {
      if (error instanceof BenchError && error.code === 'evidence_refused')
        note(row, blobs.has(row.sha256) ? 'altered' : 'missing');
      throw error;
    }
  };
  const isWhole = (id: EvidenceId): boolean => {
    try {
      read(id);
      return true;
    } catch (error) {
      if (error instanceof BenchError && error.code === 'evidence_refused') return false;
      throw error;
    }
  };

  /** Pieces of a job; one whose file is gone is found without reading the others. */
  const list = (jobId: JobId): Evidence[] => {
    if (subjects.dek(subjectOf(deps.jobOf(jobId).deviceId)) !== null)
      for (const row of store.ofJob(jobId)) if (!blobs.has(row.sha256)) note(row, 'missing');
    return store.ofJob(jobId).map(view);
  };

  const thumbnailOf = async (id: EvidenceId) => {
    const { jobId, thumbnailSha256 } = find(id);
    if (thumbnailSha256 === null) throw new BenchError('not_found', 'This piece has no small picture.');
    const bytes = blobs.get(dekOfJob(jobId), thumbnailSha256);
    return { mediaType: await sniffThumbnail(bytes), contentBase64: bytes.toString('base64') };
  };

  const handlers = {
    'evidence.add': ({ jobId, ...given }, { operatorId: by }) => {
      mustBeOpen(jobId);
      return put(given, { jobId, by, supersedes: null, correction: null });
    },
    'evidence.supersede': ({ evidenceId, ...given }, { operatorId: by }) => {
      const supersedes = find(evidenceId);
      mustBeOpen(supersedes.jobId);
      return put(given, { jobId: supersedes.jobId, by, supersedes, correction: null });
    },
    'evidence.correct': ({ jobId, reason, ...given }, { operatorId: by }) => {
      if (!isClosed(jobId)) throw new BenchError('state_refused', 'The job is open: add it as evidence of the job.');
      return put(given, { jobId, by, supersedes: null, correction: reason });
    },
    'evidence.list': ({ jobId }) => list(jobId),
    'evidence.check': ({ jobId }) => {
      for (const { id } of store.ofJob(jobId)) isWhole(id);
      return store.ofJob(jobId).map(view);
    },
    'evidence.read': ({ evidenceId }) => {
      const { row, bytes } = read(evidenceId);
      return { mediaType: row.mediaType, contentBase64: bytes.toString('base64') };
    },
    'evidence.thumbnail': ({ evidenceId }) => thumbnailOf(evidenceId),
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
    /** Bytes of the small picture of a piece; null where there is none, or none that is as it was stored. */
    pictureOf(id: EvidenceId): Uint8Array | null {
      const { jobId, thumbnailSha256 } = find(id);
      try {
        return thumbnailSha256 === null ? null : Uint8Array.from(blobs.get(dekOfJob(jobId), thumbnailSha256));
      } catch (error) {
        if (error instanceof BenchError) return null;
        throw error;
      }
    },
    /** Hashes of every file kept for a job, small pictures included. */
    filesOf: (jobId: JobId): string[] =>
      store.ofJob(jobId).flatMap(row => [row.sha256, ...(row.thumbnailSha256 === null ? [] : [row.thumbnailSha256])]),
    /** Whether the bytes on disk are those that were recorded; what is not is journalled. */
    isWhole,
  };
}

export type EvidenceFeature = ReturnType<typeof createEvidence>;
