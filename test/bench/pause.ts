import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** The longest time in ms that the event loop stood still meanwhile. */
export async function longestPause(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // Without a first sample it would not see what stands still at once.
  while (delay.count === 0) await nextTurn();
  await work();
  delay.disable();
  return delay.max / 1e6;
}
