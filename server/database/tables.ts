/** Row types of the server's database; the steps stand in migrations/server. */
export type ServerTables = {
  log: {
    /** Hex SHA-256 of the origin. */
    oh: string;
    origin: string;
    vkey: string;
    station: string | null;
    prefix: string | null;
    size: number;
    frontier: Buffer;
    root: Buffer;
    /** Why nothing more is taken; null while the log is in order. */
    frozen: string | null;
    /** Index of its `station.enrolled` leaf in the fleet log. */
    fleet_index: number | null;
  };
  entry: { oh: string; idx: number; bytes: Buffer; leaf: Buffer };
  /** Of logs that changed their key: each key with the smallest head it has to sign. */
  log_key: { oh: string; from_size: number; vkey: string; fleet_index: number | null };
  /** Logs of revoked stations; `size` is the first entry that does not count any more. */
  revocation: { oh: string; size: number; fleet_index: number };
  tile: { oh: string; level: number; n: number; data: Buffer; root: Buffer };
  checkpoint: { oh: string; size: number; root: Buffer; note: string };
  quarantine: { id: string; oh: string; received_at: string; fault: string; note: string };
  /** `station` is set in a code that gives this very station new keys. */
  enrol_code: { hash: string; expires_at: string; used_by: string | null; station: string | null };
  /** Keys are base64 of 32 bytes: Ed25519 to authenticate, X25519 to be sealed to. A revoked station is refused everything. */
  station: {
    id: string;
    auth_key: string;
    encryption_key: string;
    enrolled_at: string;
    revoked_at: string | null;
  };
  /** The auth key before the present one, good until that is used. */
  retiring_key: { station: string; auth_key: string };
  /** The next entry of a log that the projector reads. */
  projector: { oh: string; next_idx: number };
  projected_job: {
    oh: string;
    job: string;
    ticket: string | null;
    state: string;
    /** Type of the newest entry about the job. */
    last_type: string;
    updated_at: string;
  };
  /** Erases that a tool reported, under the name that the tool gave them. */
  projected_erase: { oh: string; idx: number; job: string; operation: string };
  /** `pdf_sha256` is null until Picea handed its PDF out. */
  picea_transaction: { uid: string; type: number; position: number; pdf_sha256: string | null };
  picea_cursor: { client: string; next_position: number };
  projection_error: { oh: string; idx: number; fault: string };
  /** Assertions and proofs that were used; `expires_at` in ms since 1970, when they would be refused for their age. */
  dpop_jti: { hash: string; expires_at: number };
  /** Sealed values of entries; without the subject's key nobody can open them. */
  pii: { oh: string; idx: number; slot: number; subject: string; ct: Buffer };
  /** The key of a subject as one station holds it, sealed to the server, to the recovery key and to that station. */
  subject_key: { subject: string; station: string; sealed: string; received_at: string };
  /** An encrypted file of a station, named by the SHA-256 of its ciphertext; whole when `received` is `size`. */
  blob: { station: string; sha256: string; subject: string; size: number; received: number; begun_at: string };
  /** A piece of it, which begins `at` so many bytes from the start. */
  blob_piece: { station: string; sha256: string; at: number; bytes: Buffer };
  /** Stations that ever held the key or entries of a subject. */
  key_holder: { subject: string; station: string };
  forget_order: {
    n: number;
    subject: string;
    ordered_at: string;
    /** The station that asked; null for an admin at the server. */
    ordered_by: string | null;
    /** Index of its `forget.order` leaf in the fleet log. */
    fleet_index: number;
    completed_at: string | null;
  };
  order_ack: { n: number; station: string; outcome: 'done' | 'held'; at: string };
  /** The newest directory of a site, and the key that alone may replace it. */
  site_directory: { site: string; vkey: string; version: number; note: string; sealed: string };
  subject_hold: { subject: string; since: string };
};
