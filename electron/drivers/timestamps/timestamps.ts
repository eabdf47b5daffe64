/** A time stamping authority (RFC 3161), asked over the network. */
export type TimestampService = {
  /**
   * A token over a SHA-256 digest, in the form that `openTimestamp` takes; its own signature holds and it answers this
   * very question. Who issued its certificate is for the caller to check. Rejects with `server_unreachable` or
   * `server_refused`, in words.
   */
  stamp(url: string, digest: Uint8Array, signal: AbortSignal): Promise<Buffer>;
  /** A revocation list as its authority publishes it, at most 4 MiB. Rejects like `stamp`. */
  revocationList(url: string, signal: AbortSignal): Promise<Buffer>;
};
