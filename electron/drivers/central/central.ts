/** The server's answer to a batch. Only `cosigned` advances what the station counts as acknowledged. */
export type BatchAnswer =
  | { kind: 'cosigned'; lines: string }
  | { kind: 'size_conflict'; size: number }
  | { kind: 'fork'; detail: string }
  | { kind: 'too_large' }
  | { kind: 'busy'; retryAfterMs: number | null }
  | { kind: 'refused'; status: number; detail: string };

export type EnrolRequest = {
  code: string;
  /** Four-character ticket prefix the station asks for. */
  prefix: string;
  stationId: string;
  /** Note verifier key of the station log for the epoch it opens, and proof of possession over the code. */
  vkey: string;
  proof: string;
};

export type Enrolment = {
  /** Origin of the log the station may now write. */
  origin: string;
  /** Verifier key under which batches are cosigned. */
  witnessVkey: string;
  /** Verifier key of the fleet log: the one string an outsider pins. */
  fleetVkey: string;
};

/** The central server as a station sees it. Rejects with `server_unreachable` for anything that is not its protocol. */
export type Central = {
  enrol(request: EnrolRequest, signal: AbortSignal): Promise<Enrolment>;
  /** `oh` is the hex SHA-256 of the log's origin. */
  putBatch(oh: string, body: Buffer, signal: AbortSignal): Promise<BatchAnswer>;
  /** Proof that the fleet log names this station's key: fleet checkpoint, entry bytes, index and inclusion proof. */
  fleetProof(oh: string, signal: AbortSignal): Promise<FleetProof>;
};

/** tlog-proof text over the fleet log, with the entry it proves. */
export type FleetProof = { entry: string; proof: string };
