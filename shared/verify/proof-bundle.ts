import { z } from 'zod';

const Base64 = z.base64();
/** Signed note: text, blank line, signature lines. */
const Note = z.string().min(1).max(65_536);

/** Who has to have signed, and how an outsider gets from the one pinned string to the station's key. */
export const TrustPolicy = z.object({
  /** Verifier key of the station log; its name is the log's origin. */
  logVkey: z.string(),
  /** Verifier key of the server's cosignatures; null for a station that was never enrolled. */
  witnessVkey: z.string().nullable(),
  /** Verifier key of the fleet log, the pinned string; null for a station that was never enrolled. */
  fleetVkey: z.string().nullable(),
  /** Fleet entry that names `logVkey`, as text, and its tlog-proof. */
  fleet: z.object({ entry: z.string(), proof: z.string() }).nullable(),
});
export type TrustPolicy = z.infer<typeof TrustPolicy>;

/** Everything needed to check some journal entries without station or server. Attached to each report PDF. */
export const ProofBundle = z.object({
  v: z.literal(1),
  /** Station checkpoint that the inclusion proofs lead to, with whatever cosignatures there are. */
  checkpoint: Note,
  entries: z.array(z.object({ index: z.int().nonnegative(), bytes: Base64, proof: z.array(Base64) })).max(10_000),
  /** Personal data of these entries alone: ciphertext and blob key, or absent when erased. */
  disclosures: z.array(
    z.object({ index: z.int().nonnegative(), slot: z.int().nonnegative(), ct: Base64, key: Base64 }),
  ),
  policy: TrustPolicy,
});
export type ProofBundle = z.infer<typeof ProofBundle>;

export { Verification, VerificationStep } from '../verification.ts';
