import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';

/** The machine's own clock. */
export function createNodeClock(): Clock {
  return {
    now: Date.now,
    monotonicNs: () => process.hrtime.bigint(),
    boot: randomUUID(),
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
  };
}
