import { z } from 'zod';

/** One step of a verification: what was asked, what came out, in a plain sentence. */
export const VerificationStep = z.object({
  step: z.string(),
  /** `warning`: true and said loudly, but not an error (unwitnessed, erased). */
  outcome: z.enum(['ok', 'warning', 'failed', 'skipped']),
  detail: z.string(),
});
export type VerificationStep = z.infer<typeof VerificationStep>;

export const Verification = z.object({ ok: z.boolean(), steps: z.array(VerificationStep) });
export type Verification = z.infer<typeof Verification>;
