import { BenchError } from '../shared/errors.ts';
import type { Database } from './database/database.ts';
import type { Clock } from './drivers/clock/clock.ts';

const coalesceMs = 50;

/** Runs `work` once for many calls of `soon` that come close together. */
export function coalesce(clock: Clock, work: () => void) {
  let cancel: (() => void) | null = null;
  return {
    soon() {
      cancel ??= clock.after(coalesceMs, () => {
        cancel = null;
        work();
      });
    },
    stop() {
      cancel?.();
      cancel = null;
    },
  };
}

/** Runs `work` every `ms` until the returned function is called. */
export function every(clock: Clock, ms: number, work: () => void): () => void {
  let cancel = clock.after(ms, function again() {
    cancel = clock.after(ms, again);
    work();
  });
  return () => cancel();
}

/** Does what nobody waits for: an error becomes a line of the log, and the next turn tries again. */
export function unattended(log: (line: Record<string, unknown>) => void, event: string, work: () => void): () => void {
  return () => {
    try {
      work();
    } catch (error) {
      log({ level: 'error', event, code: error instanceof BenchError ? error.code : 'internal' });
    }
  };
}

/** The same database, telling `onWritten` after each durable write. */
export function notifying(database: Database, onWritten: () => void): Database {
  return {
    ...database,
    write(work) {
      const result = database.write(work);
      onWritten();
      return result;
    },
  };
}

/**
 * The same clock whose wall time never goes back and never stands still: what was set to end in five minutes has ended
 * when five minutes have passed, whatever anybody sets.
 */
export function steady(clock: Clock): Clock {
  let latest = clock.now();
  let seenNs = clock.monotonicNs();
  return {
    ...clock,
    now() {
      const ns = clock.monotonicNs();
      latest = Math.max(clock.now(), latest + Number(ns - seenNs) / 1e6);
      seenNs = ns;
      return Math.floor(latest);
    },
  };
}
