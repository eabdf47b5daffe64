import { type Clock, sleep } from '../../drivers/clock/clock.ts';

/**
 * Lets callers go on one by one, the first at once and each other in a turn of the event loop of its own: what many
 * devices bring at the same moment must not keep the bench from answering. Rejects with the reason of the signal.
 */
export function createTurns(clock: Clock, stopped: AbortSignal): () => Promise<void> {
  let free: Promise<void> = Promise.resolve();
  return () => {
    const mine = free;
    free = mine.then(() => sleep(clock, 0, stopped)).catch(() => {});
    return mine.then(() => stopped.throwIfAborted());
  };
}
