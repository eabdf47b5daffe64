import { z } from 'zod';
import { EvidenceId, Instant, JobId, OperatorId, Sha256Hex } from './ids.ts';
import { JobState } from './jobs.ts';
import type { MethodSpecs } from './method.ts';

export const evidenceMaxBytes = 25 * 1024 * 1024;
export const thumbnailMaxBytes = 64 * 1024;

/** Types accepted as evidence, recognised from the content alone. */
export const EvidenceMediaType = z.enum([
  'image/jpeg',
  'image/png',
  'image/webp',
  'video/mp4',
  'video/webm',
  'application/pdf',
]);
export type EvidenceMediaType = z.infer<typeof EvidenceMediaType>;

export const ThumbnailMediaType = EvidenceMediaType.extract(['image/jpeg', 'image/png', 'image/webp']);
export type ThumbnailMediaType = z.infer<typeof ThumbnailMediaType>;

/** What the bytes on disk were when somebody last looked; nothing that depends on a piece goes on unless it is `whole`. */
export const EvidenceCondition = z.enum(['whole', 'altered', 'missing']);
export type EvidenceCondition = z.infer<typeof EvidenceCondition>;

export const Evidence = z.object({
  id: EvidenceId,
  jobId: JobId,
  stage: JobState,
  mediaType: EvidenceMediaType,
  sizeBytes: z.int(),
  /** Of the encrypted bytes, as written in the journal. */
  sha256: Sha256Hex,
  caption: z.string().nullable(),
  capturedBy: OperatorId,
  capturedByName: z.string().nullable(),
  capturedAt: Instant,
  condition: EvidenceCondition,
  /** The piece that this one takes the place of, and the one that takes its own; both are kept. */
  supersedes: EvidenceId.nullable(),
  supersededBy: EvidenceId.nullable(),
  /** Added after the job was closed, and why; null for everything that was there when it closed. */
  correction: z.object({ reason: z.string().nullable() }).nullable(),
  hasThumbnail: z.boolean(),
});
export type Evidence = z.infer<typeof Evidence>;

const base64Of = (bytes: number) => z.base64().max(Math.ceil(bytes / 3) * 4);

const content = {
  caption: z.string().trim().min(1).max(500),
  contentBase64: base64Of(evidenceMaxBytes),
  /** A small picture of it, made by the screen: shown in lists, never evidence itself. */
  thumbnailBase64: base64Of(thumbnailMaxBytes).optional(),
};

export const evidenceMethods = {
  /** For an open job; what belongs to a closed one is added by `evidence.correct`. */
  'evidence.add': { input: z.object({ jobId: JobId, ...content }), output: Evidence, access: 'evidence.add' },
  /** Puts a better piece in the place of another of an open job. The other stays, and both hashes are journalled. */
  'evidence.supersede': {
    input: z.object({ evidenceId: EvidenceId, ...content }),
    output: Evidence,
    access: 'evidence.add',
  },
  /** Adds a piece to a closed job: marked as a correction, with its reason, for everybody to see. */
  'evidence.correct': {
    input: z.object({ jobId: JobId, reason: z.string().trim().min(10).max(5000), ...content }),
    output: Evidence,
    access: 'evidence.correct',
  },
  'evidence.list': { input: z.object({ jobId: JobId }), output: z.array(Evidence), access: 'bench.read' },
  /** Re-hashes every piece of a job; what is not as it was recorded is journalled. */
  'evidence.check': { input: z.object({ jobId: JobId }), output: z.array(Evidence), access: 'bench.read' },
  /** Re-hashes the bytes on every open; altered or missing bytes are `evidence_refused`, never served. */
  'evidence.read': {
    input: z.object({ evidenceId: EvidenceId }),
    output: z.object({ mediaType: EvidenceMediaType, contentBase64: z.base64() }),
    access: 'pii.read',
  },
  'evidence.thumbnail': {
    input: z.object({ evidenceId: EvidenceId }),
    output: z.object({ mediaType: ThumbnailMediaType, contentBase64: z.base64() }),
    access: 'pii.read',
  },
} as const satisfies MethodSpecs;
