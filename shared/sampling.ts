import { z } from 'zod';
import { Instant, JobId, OperatorId } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** From an instant up to, and without, another. */
export const Period = z
  .object({ from: Instant, to: Instant })
  .refine(({ from, to }) => from < to, 'the period ends before it begins');
export type Period = z.infer<typeof Period>;

/** A file for a person to keep. */
export const TableFile = z.object({ fileName: z.string(), contentBase64: z.base64() });
export type TableFile = z.infer<typeof TableFile>;

/**
 * `open`: the draw has not come up yet; `outstanding`: drawn and waiting for its independent verification, which
 * another station owes once the job is `handed_over`.
 */
export const SampleState = z.enum(['open', 'outstanding', 'verified', 'failed', 'handed_over']);
export type SampleState = z.infer<typeof SampleState>;

export const SamplingBlock = z.object({
  /** Null for a draw that came with a job from another station. */
  block: z.int().nullable(),
  openedAt: Instant,
  /** Devices sanitised in it so far, of twenty. */
  taken: z.int(),
  drawnAt: Instant.nullable(),
  jobId: JobId.nullable(),
  ticket: z.string().nullable(),
  state: SampleState,
  verifiedAt: Instant.nullable(),
  verifierName: z.string().nullable(),
});
export type SamplingBlock = z.infer<typeof SamplingBlock>;

export const SamplingOperator = z.object({
  operator: OperatorId,
  operatorName: z.string().nullable(),
  /** Devices this person sanitised, how many of them were drawn, and how many samples of others they verified. */
  sanitised: z.int(),
  drawn: z.int(),
  verified: z.int(),
});
export type SamplingOperator = z.infer<typeof SamplingOperator>;

/** Blocks opened in a period with what has come of their draws since, and the work of each person in that period. */
export const SamplingCoverage = z.object({
  from: Instant,
  to: Instant,
  blocks: z.array(SamplingBlock),
  sanitised: z.int(),
  drawn: z.int(),
  verified: z.int(),
  failed: z.int(),
  outstanding: z.int(),
  handedOver: z.int(),
  operators: z.array(SamplingOperator),
});
export type SamplingCoverage = z.infer<typeof SamplingCoverage>;

export const samplingMethods = {
  'sampling.coverage': { input: Period, output: SamplingCoverage, access: 'journal.read' },
  'sampling.export': { input: Period, output: TableFile, access: 'journal.read', stepUp: true },
} as const satisfies MethodSpecs;
