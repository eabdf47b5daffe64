import { z } from 'zod';

const Base64 = z.base64();
/** Signed note: text, blank line, signature lines. */
const Note = z.string().min(1).max(65_536);

const ProvenBytes = z.object({ index: z.int().nonnegative(), bytes: Base64, proof: z.array(Base64) });

/** A leaf of the fleet log, as text, and its tlog-proof. */
const FleetEntry = z.object({ entry: z.string(), proof: z.string() });

/** What the fleet log says about a station: how it was enrolled, and what became of its key since. */
export const FleetEvidence = FleetEntry.extend({
  /** `key.rotated`, oldest first. */
  rotations: z.array(FleetEntry).max(1_000).optional(),
  /** `station.revoked`, when there is one. */
  revoked: FleetEntry.nullable().optional(),
});
export type FleetEvidence = z.infer<typeof FleetEvidence>;

/** A change of the log's key: the entry that names the new one, in a head that both keys signed. */
const Rotation = z.object({ checkpoint: Note, entry: ProvenBytes });
export type Rotation = z.infer<typeof Rotation>;

/** Who has to have signed, and how an outsider gets from the one pinned string to the station's key. */
export const TrustPolicy = z.object({
  /** Newest verifier key of the station log; its name is the log's origin. */
  logVkey: z.string(),
  /** How the log came from its first key to `logVkey`, oldest change first; absent when it has had one key. */
  rotations: z.array(Rotation).max(1_000).optional(),
  /** Verifier key of the server's cosignatures; null for a station that was never enrolled. */
  witnessVkey: z.string().nullable(),
  /** Verifier key of the fleet log, the pinned string; null for a station that was never enrolled. */
  fleetVkey: z.string().nullable(),
  /** Names the log's first key. */
  fleet: FleetEvidence.nullable(),
});
export type TrustPolicy = z.infer<typeof TrustPolicy>;

/** Everything needed to check some journal entries without station or server. Attached to each report PDF. */
export const ProofBundle = z.object({
  v: z.literal(1),
  /** Station checkpoint that the inclusion proofs lead to, with whatever cosignatures there are. */
  checkpoint: Note,
  entries: z.array(ProvenBytes).max(10_000),
  /** Personal data of these entries alone: ciphertext and blob key, or absent when erased. */
  disclosures: z.array(
    z.object({ index: z.int().nonnegative(), slot: z.int().nonnegative(), ct: Base64, key: Base64 }),
  ),
  policy: TrustPolicy,
});
export type ProofBundle = z.infer<typeof ProofBundle>;

export { Verification, VerificationStep } from '../verification.ts';
