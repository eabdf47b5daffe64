import type { Generated } from 'kysely';

/** Row types of the station database; the SQL stands in migrations/station. */
export type Tables = {
  log: {
    id: Generated<number>;
    origin: string;
    size: number;
    frontier: Buffer;
    root: Buffer;
    acked_size: number;
    acked_note: string | null;
  };
  entry: { idx: number; bytes: Buffer; leaf: Buffer };
  /** What queries need to know of an entry without parsing it; derived from `entry`. */
  entry_ref: { idx: number; type: string; job: string | null; device: string | null; actor: string | null };
  tile: { level: number; n: number; data: Buffer; root: Buffer };
  checkpoint: { size: number; note: string; cosigs: string | null };
  pii: { idx: number; slot: number; subject: string; ct: Buffer; uploaded: Generated<number> };
  forgotten: { subject: string; at: string; idx: number };
  legal_hold: { subject: string; since: string; idx: number };
  setting: { key: string; value: string };
  operator: {
    id: string;
    role: string;
    profile_idx: number;
    password_hash: string;
    active: number;
    created_at: string;
  };
  job: {
    id: string;
    ticket: string;
    device: string;
    place: string;
    snapshot: string;
    identified_idx: number;
    reason_idx: number | null;
    previous: string | null;
    opened_at: string;
    updated_at: string;
  };
  approval: {
    id: string;
    job: string;
    state: string;
    reason: string;
    evidence: string;
    requested_by: string;
    requested_at: string;
    request_idx: number;
    decided_by: string | null;
    decided_at: string | null;
    decision_idx: number | null;
    expires_at: string | null;
    ended_idx: number | null;
  };
  evidence: {
    id: string;
    job: string;
    stage: string;
    media_type: string;
    size_bytes: number;
    sha256: string;
    idx: number;
    captured_by: string;
    captured_at: string;
    supersedes: string | null;
    thumbnail_sha256: string | null;
    condition: string;
  };
  report: {
    id: string;
    sequence: number;
    job: string;
    scope: string;
    variant: string;
    language: string;
    state: string;
    status: string | null;
    issued_at: string;
    file_name: string;
    file_sha256: string | null;
    blob_sha256: string | null;
    supersedes: number | null;
    numbered_idx: number;
  };
};

/** Row types of `keys.db`: subject keys, each wrapped by the wrapping key of the keystore. */
export type KeyTables = {
  subject_key: { subject: string; wrapped: Buffer; created_at: string };
};
