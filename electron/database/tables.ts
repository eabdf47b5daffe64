import type { Generated } from 'kysely';

/** Row types of the station database; the SQL stands in migrations/station. */
export type Tables = {
  log: {
    id: Generated<number>;
    origin: string;
    /** Place of its first entry. */
    start: Generated<number>;
    size: number;
    frontier: Buffer;
    root: Buffer;
    acked_size: number;
    acked_note: string | null;
  };
  /** Logs that were closed because history broke, by the place of their first entry. */
  past_log: {
    start: number;
    origin: string;
    size: number;
    root: Buffer;
    acked_size: number;
    first_vkey: string;
  };
  past_checkpoint: { origin: string; size: number; note: string; cosigs: string | null };
  /** `idx` is the place among all entries of the station. */
  entry: { idx: number; bytes: Buffer; leaf: Buffer };
  /** What queries need to know of an entry without parsing it; derived from `entry`. */
  entry_ref: { idx: number; type: string; job: string | null; device: string | null; actor: string | null };
  tile: { level: number; n: number; data: Buffer; root: Buffer };
  checkpoint: { size: number; note: string; cosigs: string | null };
  pii: { idx: number; slot: number; subject: string; ct: Buffer; uploaded: Generated<number> };
  /** `name` is what operators call the connector. */
  connector: { port_path: string; name: string };
  /** `at_server`: 0 waits to be sent, 1 the server has it, 2 it will never take it. */
  file: { sha256: string; subject: string; at_server: Generated<number> };
  forgotten: { subject: string; at: string; idx: number };
  legal_hold: { subject: string; since: string; idx: number };
  /** What the fleet was or will be asked to forget, and how far it is. */
  fleet_forget: {
    subject: string;
    /** 1 when it was asked for at this bench. */
    raised: number;
    /** Number of the order; null until the server knows of it. */
    n: number | null;
    /** What became of it here; null while something stands against it for now. */
    outcome: 'done' | 'held' | null;
    /** The outcome that the server was told. */
    told: 'done' | 'held' | null;
    /** Why the server did not take the order. */
    refusal: string | null;
    waiting: number | null;
    held: number | null;
    /** How many revoked stations may hold it still. */
    revoked: number | null;
    completed_at: string | null;
  };
  setting: { key: string; value: string };
  operator: {
    id: string;
    role: string;
    profile_idx: number;
    /** Empty for somebody who has not chosen a password yet, or was forgotten. */
    password_hash: string;
    active: number;
    created_at: string;
    password_set_at: string | null;
    last_sign_in: string | null;
    language: string | null;
    code_hash: string | null;
    code_until: string | null;
    totp: Buffer | null;
    totp_pending: Buffer | null;
    totp_counter: Generated<number>;
    badge: string | null;
    pin_hash: string | null;
    notice_version: string | null;
    notice_at: string | null;
  };
  password_history: { id: Generated<number>; operator: string; hash: string };
  /** Every badge that an account ever carried, as a digest; written by the database itself. */
  badge_history: { operator: string; badge: string };
  recovery_code: { operator: string; hash: string };
  sign_in_attempt: { key: string; operator: string | null; failed: number; boot: string; at_ms: number };
  export: {
    id: string;
    state: string;
    started_at: string;
    started_by: string;
    idx: number;
    filter: string;
    encrypted: number;
    reports: number;
    file_name: string;
    size_bytes: number | null;
    sha256: string | null;
    failure: string | null;
  };
  customer: { id: string; idx: number };
  lot: {
    id: string;
    customer: string;
    state: string;
    idx: number;
    manifest_idx: number | null;
    opened_at: string;
    closed_at: string | null;
  };
  lot_job: { job: string; lot: string; standing: string; item: number | null };
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
  handover: {
    id: string;
    direction: string;
    job: string;
    source: string;
    idx: number;
    sha256: string | null;
    blob_sha256: string | null;
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
    stamped_at: string | null;
    replaced_blob_sha256: string | null;
  };
};

/** Row types of `keys.db`: subject keys, each wrapped by the wrapping key of the keystore. */
export type KeyTables = {
  subject_key: { subject: string; wrapped: Buffer; created_at: string; escrowed: Generated<number> };
  /** Subjects whose key is kept in escrow alone, since the station heard nothing of the fleet for long. */
  away: { subject: string; since: string };
};
