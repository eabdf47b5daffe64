import { BenchError } from '../../../shared/errors.ts';
import type { Central } from '../../drivers/central/central.ts';
import { type Clock, sleep } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Settings } from '../station/settings.ts';

const soonMs = 500;
const firstDelayMs = 1_000;
const longestDelayMs = 5 * 60_000;

/** One thing to see to at the server; does nothing when there is nothing to do. */
export type Errand = (server: Central, signal: AbortSignal) => Promise<void>;

type Deps = {
  settings: Settings;
  clock: Clock;
  random: Random;
  central(url: string): Central;
  /** In this order; one that fails keeps none of the others from being tried. */
  errands: readonly Errand[];
  log(line: Record<string, unknown>): void;
};

/** What a station sees to at its server beside the journal, one round at a time. The journal never waits for it. */
export function createErrands({ settings, clock, random, central, errands, log }: Deps) {
  const stopped = new AbortController();
  let cancelTimer = () => {};
  let running: Promise<boolean> | null = null;
  let failures = 0;
  let waiting = false;

  const schedule = (delayMs: number) => {
    cancelTimer();
    cancelTimer = clock.after(delayMs, () => {
      waiting = false;
      void round();
    });
  };

  const goAll = async (url: string): Promise<boolean> => {
    const faults: unknown[] = [];
    for (const errand of errands) {
      if (stopped.signal.aborted) return false;
      try {
        await errand(central(url), stopped.signal);
      } catch (error) {
        faults.push(error);
      }
    }
    if (stopped.signal.aborted) return false;
    for (const fault of faults) log({ level: 'warn', event: 'sync.errand_failed', ...wordsOf(fault) });
    return faults.length === 0;
  };

  /** True when everything was seen to. */
  const round = (): Promise<boolean> => {
    const url = settings.get('server-url');
    if (running) return running;
    if (url === null || stopped.signal.aborted) return Promise.resolve(false);
    cancelTimer();
    running = goAll(url).then(isDone => {
      running = null;
      if (isDone) failures = 0;
      else if (!stopped.signal.aborted) {
        waiting = true;
        schedule(random.integer(Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 20))) + firstDelayMs);
        failures++;
      }
      return isDone;
    });
    return running;
  };

  return {
    round,
    /** There is something to see to: soon, unless a wait after a failure is under way. */
    soon() {
      if (!waiting && !stopped.signal.aborted) schedule(soonMs);
    },
    /** A round that is given so long; false when it failed or takes longer. */
    async attempt(limitMs: number): Promise<boolean> {
      const limit = new AbortController();
      const late = sleep(clock, limitMs, limit.signal).then(
        () => false,
        () => false,
      );
      const isDone = await Promise.race([round(), late]);
      limit.abort();
      return isDone;
    },
    async close(): Promise<void> {
      stopped.abort(new BenchError('server_unreachable', 'The bench is closing.'));
      cancelTimer();
      await running;
    },
  };
}

export type Errands = ReturnType<typeof createErrands>;

function wordsOf(fault: unknown): Record<string, unknown> {
  return fault instanceof BenchError
    ? { code: fault.code, message: fault.message }
    : { code: 'internal', cause: fault instanceof Error ? fault.name : 'unknown' };
}
