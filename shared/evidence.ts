import { z } from 'zod';
import { EvidenceId, Instant, JobId, OperatorId, Sha256Hex } from './ids.ts';
import { JobState } from './jobs.ts';
import type { MethodSpecs } from './method.ts';

export const evidenceMaxBytes = 25 * 1024 * 1024;

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
  capturedAt: Instant,
});
export type Evidence = z.infer<typeof Evidence>;

export const evidenceMethods = {
  'evidence.add': {
    input: z.object({
      jobId: JobId,
      caption: z.string().trim().min(1).max(500),
      contentBase64: z.base64().max(Math.ceil(evidenceMaxBytes / 3) * 4),
    }),
    output: Evidence,
    access: 'evidence.add',
  },
  'evidence.list': { input: z.object({ jobId: JobId }), output: z.array(Evidence), access: 'bench.read' },
  /** Re-hashes the bytes on every open; altered or missing bytes are `evidence_refused`, never served. */
  'evidence.read': {
    input: z.object({ evidenceId: EvidenceId }),
    output: z.object({ mediaType: EvidenceMediaType, contentBase64: z.base64() }),
    access: 'pii.read',
  },
} as const satisfies MethodSpecs;
