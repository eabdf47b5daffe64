import type { FileServer } from './files.ts';
import type { PersonalDataServer } from './personal-data.ts';

/** The server's answer to a batch. Only `cosigned` advances what the station counts as acknowledged. */
export type BatchAnswer =
  | { kind: 'cosigned'; lines: string }
  | { kind: 'size_conflict'; size: number }
  /** Refused as no continuation of what the server has (422): a fork, or bytes that were changed on the way. */
  | { kind: 'disputed'; detail: string }
  /** The server takes nothing of this log any more (423). */
  | { kind: 'frozen'; detail: string }
  | { kind: 'too_large' }
  | { kind: 'busy'; retryAfterMs: number | null }
  | { kind: 'refused'; status: number; detail: string };

export type EnrolRequest = {
  code: string;
  /** Four-character ticket prefix the station asks for. */
  prefix: string;
  stationId: string;
  /** Note verifier key of the station log for the epoch it opens. */
  vkey: string;
  /** Ed25519 key by which the station is known, and X25519 key to which things are sealed for it: base64 of 32 bytes. */
  authKey: string;
  encryptionKey: string;
  /** That the station holds all three: over code, station and keys. */
  proof: string;
  authProof: string;
  encryptionProof: string;
};

/** New keys of a station that is known; `proof` and its fellows as in an enrolment. */
export type KeyChange = Pick<
  EnrolRequest,
  'vkey' | 'authKey' | 'encryptionKey' | 'proof' | 'authProof' | 'encryptionProof'
> & {
  /** The auth key until now. */
  previous: string;
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
export type Central = PersonalDataServer &
  FileServer & {
    enrol(request: EnrolRequest, signal: AbortSignal): Promise<Enrolment>;
    /** Asks with the old auth key, which stays good until the new one is used. */
    changeKeys(change: KeyChange, signal: AbortSignal): Promise<void>;
    /** `oh` is the hex SHA-256 of the log's origin. */
    putBatch(oh: string, body: Buffer, signal: AbortSignal): Promise<BatchAnswer>;
    /** The newest head the server has of this log: a note with the station's own signature and the server's. */
    checkpoint(oh: string, signal: AbortSignal): Promise<string>;
    /** Entry bundle `n` of this log, of which the server has `width` entries. */
    entries(oh: string, n: number, width: number, signal: AbortSignal): Promise<Buffer>;
    /** Note signed with the fleet key that names the key to seal to. */
    escrowKey(signal: AbortSignal): Promise<string>;
    /** The present head of the fleet log, as a note, and the proof that it continues the head of `from` entries. */
    fleetHead(from: number, signal: AbortSignal): Promise<{ note: string; proof: Buffer[] }>;
    /** Proof that the fleet log names this station's keys: fleet checkpoint, entry bytes, index and inclusion proof. */
    fleetProof(oh: string, signal: AbortSignal): Promise<FleetProof>;
  };

/** tlog-proof text over the fleet log, with the entry it proves. */
export type FleetEntry = { entry: string; proof: string };

/** The entry that enrolled the station, those that name its later keys, oldest first, and the one that revoked it. */
export type FleetProof = FleetEntry & { rotations: FleetEntry[]; revoked: FleetEntry | null };
