/** A directory of accounts, sealed to the benches of its site, and the signed note over it. */
export type SignedDirectory = { note: string; sealed: string };

/** One sealed value of an entry: `ct` is its ciphertext. */
export type SealedValue = { idx: number; slot: number; ct: Buffer };

/** How far the fleet is with forgetting one subject. */
export type ForgetState = {
  order: number;
  completedAt: string | null;
  /** Stations that hold something and have not said that it is gone; `held` of them under a legal hold. */
  waiting: number;
  held: number;
  /** Revoked stations that never said it: nobody waits for them. */
  revoked: string[];
};

/** A `forget.order` leaf of the fleet log as text, and its tlog-proof. */
export type FleetOrder = { order: number; entry: string; proof: string };

/** What the central server keeps beside the logs, as one station sees it. Rejects with `server_unreachable` and `server_refused`. */
export type PersonalDataServer = {
  /** Status of each value, in the words of HTTP: 200 and 201 are stored. */
  putSealed(oh: string, values: readonly SealedValue[], signal: AbortSignal): Promise<number[]>;
  /** Sealed values of 500 entries from `from` on; `next` is null on the last page. */
  sealedFrom(
    oh: string,
    from: number,
    signal: AbortSignal,
  ): Promise<{ values: readonly SealedValue[]; next: number | null }>;
  /** Note signed with the fleet key that names the key to seal to. */
  escrowKey(signal: AbortSignal): Promise<string>;
  /** `recipients` are compact JWEs of the same key. */
  putKey(
    subject: string,
    recipients: readonly string[],
    signal: AbortSignal,
  ): Promise<'stored' | 'differs' | 'forgotten'>;
  /** What this station left; null when it left nothing. */
  key(subject: string, signal: AbortSignal): Promise<readonly string[] | 'forgotten' | null>;
  /** Orders the fleet to forget; a refusal comes with the server's words. */
  forget(subject: string, signal: AbortSignal): Promise<ForgetState | { refused: string }>;
  forgetState(subject: string, signal: AbortSignal): Promise<ForgetState>;
  /** Orders after number `after`, oldest first; none at the end. */
  orders(after: number, signal: AbortSignal): Promise<readonly FleetOrder[]>;
  /** The signed directory of a site when there is a newer one than version `after`; null when there is none. */
  directory(site: string, after: number, signal: AbortSignal): Promise<SignedDirectory | null>;
  /** False when a newer one is there. */
  putDirectory(directory: SignedDirectory & { vkey: string }, signal: AbortSignal): Promise<boolean>;
  acknowledge(order: number, outcome: 'done' | 'held', signal: AbortSignal): Promise<ForgetState>;
};
