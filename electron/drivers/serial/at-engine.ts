import { BenchError } from '../../../shared/errors.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import { type AtAnswer, isFinal, isUnsolicited } from './at-text.ts';

/** Three quick attempts, because the first may be lost to speed detection, then ever longer ones for slow devices. */
const knockMs = [500, 500, 500, 1_000, 2_000, 4_000];
const shortestSettleMs = 150;
const shortestDoubtMs = 1_000;

type Flight = {
  command: string;
  echoed: boolean;
  lines: string[];
  /** Null when the time is over. */
  settle(final: string | null): void;
};

export type AtEngineOptions = {
  clock: Clock;
  write(text: string): void;
  /** Result codes that the device may still send for commands of an earlier conversation. */
  owed?: number;
  onUnsolicited?(line: string): void;
};

/**
 * Asks one AT command at a time. After a time-out a late answer could pass for that of the next command, so nothing
 * is asked until the line is clean again: one `AT` while no result is owed brings exactly one OK and then silence.
 */
export function createAtEngine({ clock, write, owed: owedBefore = 0, onUnsolicited }: AtEngineOptions) {
  const over = new AbortController();
  let flight: Flight | null = null;
  let owed = owedBefore;
  let clean = false;
  let heard = 0;
  let heardAtMs = 0;

  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n);

  const receive = (raw: string | null) => {
    // A line too long to keep is noise, never an answer.
    const line = raw === null ? '\ufffd' : raw.replaceAll('\0', '').trim();
    if (line === '') return;
    if (flight && !flight.echoed && line.toUpperCase() === flight.command.toUpperCase()) {
      flight.echoed = true;
      return;
    }
    if (!isFinal(line) && isUnsolicited(line, flight?.command ?? null)) return onUnsolicited?.(line);
    heard += 1;
    heardAtMs = nowMs();
    // Nobody asked: whatever comes now may be one answer too many.
    if (!flight) clean = false;
    if (!isFinal(line)) flight?.lines.push(line);
    else {
      owed = Math.max(0, owed - 1);
      flight?.settle(line);
    }
  };

  /** Sends a command and waits for the first result code, whosoever it is. */
  const exchange = (command: string, limitMs: number, signal: AbortSignal) =>
    new Promise<{ final: string | null; lines: readonly string[] }>((resolve, reject) => {
      const either = AbortSignal.any([signal, over.signal]);
      if (either.aborted) return reject(either.reason);
      const end = () => {
        cancel();
        either.removeEventListener('abort', abort);
        flight = null;
      };
      const mine: Flight = {
        command,
        echoed: false,
        lines: [],
        settle(final) {
          end();
          resolve({ final, lines: mine.lines });
        },
      };
      const cancel = clock.after(limitMs, () => mine.settle(null));
      const abort = () => {
        end();
        clean = false;
        reject(either.reason);
      };
      either.addEventListener('abort', abort, { once: true });
      flight = mine;
      owed += 1;
      write(`${command}\r`);
    });

  const untilQuietFor = async (ms: number, signal: AbortSignal) => {
    for (let restMs = ms; restMs > 0; restMs = heardAtMs + ms - nowMs()) await sleep(clock, restMs, signal);
  };

  /** Brings the line into a clean state; false when that did not succeed in time or nothing was heard at all. */
  const synchronise = async (options: {
    limitMs: number;
    silenceLimitMs: number;
    signal: AbortSignal;
  }): Promise<boolean> => {
    const startMs = nowMs();
    const heardBefore = heard;
    const either = AbortSignal.any([options.signal, over.signal]);
    let oldestMs = startMs;
    for (let round = 0; nowMs() - startMs < options.limitMs; round++) {
      if (heard === heardBefore && nowMs() - startMs >= options.silenceLimitMs) return false;
      const owedNothing = owed === 0;
      if (owedNothing) oldestMs = nowMs();
      const { final, lines } = await exchange('AT', knockMs[round] ?? 4_000, either);
      if (final === null) continue;
      const heardThen = heard;
      const shortestMs = owed === 0 ? shortestSettleMs : shortestDoubtMs;
      await untilQuietFor(Math.max(shortestMs, 2 * (nowMs() - oldestMs)), either);
      const alone = owedNothing && owed === 0 && lines.length === 0 && heard === heardThen;
      if (alone && final === 'OK') {
        clean = true;
        return true;
      }
      // So long a silence: what is still owed was swallowed and will never come.
      owed = 0;
    }
    return false;
  };

  return {
    receive,
    synchronise,
    isClean: () => clean,
    /** Something has come from the device that was no unsolicited line. */
    hasHeard: () => heard > 0,
    /** Result codes that may still come. */
    owed: () => owed,
    /** Asks on a clean line. `timeout` also stands for a line that is not clean: nothing is sent then. */
    async command(command: string, limitMs: number, signal: AbortSignal): Promise<AtAnswer> {
      if (flight) throw new BenchError('internal', 'an AT command is in flight already');
      if (!clean) return { kind: 'timeout' };
      const { final, lines } = await exchange(command, limitMs, signal);
      if (final === null) clean = false;
      if (final === null) return { kind: 'timeout' };
      return final === 'OK' ? { kind: 'ok', lines } : { kind: 'error', final };
    },
    /** Ends every conversation with this reason, now and later. */
    end(reason: BenchError): void {
      over.abort(reason);
    },
  };
}

export type AtEngine = ReturnType<typeof createAtEngine>;
