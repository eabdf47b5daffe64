/** Time as the bench sees it. Wall time is a claim; `monotonicNs` orders events within one boot. */
export type Clock = {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  monotonicNs(): bigint;
  /** Random id of this run of the process; a new one for each start. */
  readonly boot: string;
  /** Runs `fn` once after `ms`; returns what cancels it. */
  after(ms: number, fn: () => void): () => void;
};

/** Resolves after `ms` on this clock; rejects with the signal's reason when aborted. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    const abort = () => {
      cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort, { once: true });
  });
}
