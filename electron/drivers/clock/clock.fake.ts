import type { Clock } from './clock.ts';

type Timer = { at: number; order: number; fn: () => void };

export type FakeClock = Clock & {
  /** Moves time forward and runs what falls due, in order, letting promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(ms: number): void;
};

/** Driven time for tests: nothing happens until `advance`. */
export function createFakeClock(
  start = Date.UTC(2026, 0, 1),
  boot = '00000000-0000-4000-8000-000000000001',
): FakeClock {
  let elapsed = 0;
  let wallOffset = start;
  let order = 0;
  const timers = new Set<Timer>();
  const settle = () => new Promise<void>(resolve => setImmediate(resolve));

  const nextDue = (until: number) =>
    [...timers].filter(t => t.at <= until).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  return {
    boot,
    now: () => wallOffset + elapsed,
    monotonicNs: () => BigInt(Math.round(elapsed)) * 1_000_000n,
    after(ms, fn) {
      const timer = { at: elapsed + ms, order: order++, fn };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settle();
      for (let due = nextDue(until); due; due = nextDue(until)) {
        timers.delete(due);
        elapsed = Math.max(elapsed, due.at);
        due.fn();
        await settle();
      }
      elapsed = until;
      await settle();
    },
    stepWall(ms) {
      wallOffset += ms;
    },
  };
}
