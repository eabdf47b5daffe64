import { BenchError } from '../../../shared/errors.ts';
import { sleep } from '../clock/clock.ts';
import { type AtExchangeOptions, createAtExchange } from './at-exchange.ts';
import type { AtAnswer } from './at-text.ts';

/** Three quick attempts, because the first may be lost to speed detection, then ever longer ones for slow devices. */
const knockMs = [500, 500, 500, 1_000, 2_000, 4_000];
const longestKnockMs = 4_000;
const shortestSettleMs = 150;
const shortestDoubtMs = 1_000;

export type AtEngineOptions = Pick<AtExchangeOptions, 'clock' | 'write' | 'onUnsolicited'> & { owed?: number };

/**
 * Asks one AT command at a time. After a time-out a late answer could pass for that of the next command, so nothing
 * is asked until the line is clean again: one `AT` while no result is owed brings exactly one OK and then silence.
 */
export function createAtEngine({ clock, write, owed = 0, onUnsolicited }: AtEngineOptions) {
  const over = new AbortController();
  const exchange = createAtExchange({ clock, write, owed, over: over.signal, onUnsolicited });
  let clean = false;

  const isClean = () => {
    // Nobody asked: there may be one answer too many.
    if (exchange.takeStray()) clean = false;
    return clean;
  };
  const untilQuietFor = async (ms: number, signal: AbortSignal) => {
    for (let restMs = ms; restMs > 0; restMs = exchange.heardAtMs() + ms - exchange.nowMs())
      await sleep(clock, restMs, signal);
  };
  /** One `AT`; true when its OK came alone. `sinceMs` is when the oldest command was sent that is still unanswered. */
  const knock = async (limitMs: number, sinceMs: number, signal: AbortSignal): Promise<boolean> => {
    const owedNothing = exchange.owed() === 0;
    const { final, lines } = await exchange.send('AT', limitMs, signal);
    if (final === null) return false;
    const heardThen = exchange.heard();
    const shortestMs = exchange.owed() === 0 ? shortestSettleMs : shortestDoubtMs;
    await untilQuietFor(Math.max(shortestMs, 2 * (exchange.nowMs() - sinceMs)), signal);
    const alone = owedNothing && exchange.owed() === 0 && lines.length === 0 && exchange.heard() === heardThen;
    exchange.forgive();
    return alone && final === 'OK';
  };

  return {
    receive: exchange.receive,
    isClean,
    /** Something has come from the device that was no echo and not unsolicited. */
    hasHeard: () => exchange.heard() > 0,
    /** Result codes that may still come. */
    owed: exchange.owed,

    /** Brings the line into a clean state; false when that did not succeed in time or nothing was heard at all. */
    async synchronise(options: { limitMs: number; silenceLimitMs: number; signal: AbortSignal }): Promise<boolean> {
      const { nowMs, heard } = exchange;
      const startMs = nowMs();
      const heardBefore = heard();
      const signal = AbortSignal.any([options.signal, over.signal]);
      let sinceMs = startMs;
      for (let round = 0; nowMs() - startMs < options.limitMs; round++) {
        if (heard() === heardBefore && nowMs() - startMs >= options.silenceLimitMs) return false;
        if (exchange.owed() === 0) sinceMs = nowMs();
        if (!(await knock(knockMs[round] ?? longestKnockMs, sinceMs, signal))) continue;
        exchange.takeStray();
        clean = true;
        return true;
      }
      return false;
    },

    /** Asks on a clean line. `timeout` also stands for a line that is not clean: nothing is sent then. */
    async command(command: string, limitMs: number, signal: AbortSignal): Promise<AtAnswer> {
      if (exchange.inFlight()) throw new BenchError('internal', 'an AT command is in flight already');
      if (!isClean()) return { kind: 'timeout' };
      // Unless the answer comes, whatever ends the waiting leaves it owed.
      clean = false;
      const { final, lines } = await exchange.send(command, limitMs, signal);
      if (final === null) return { kind: 'timeout' };
      clean = true;
      return final === 'OK' ? { kind: 'ok', lines } : { kind: 'error', final };
    },

    /** Ends every conversation with this reason, now and later. */
    end(reason: BenchError): void {
      over.abort(reason);
    },
  };
}

export type AtEngine = ReturnType<typeof createAtEngine>;
