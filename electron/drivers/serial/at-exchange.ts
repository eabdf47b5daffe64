import type { Clock } from '../clock/clock.ts';
import { isFinal, isUnsolicited } from './at-text.ts';

type Flight = {
  command: string;
  echoed: boolean;
  lines: string[];
  /** Null when the time is over. */
  settle(final: string | null): void;
};

export type AtExchangeOptions = {
  clock: Clock;
  write(text: string): void;
  /** Result codes that the device may still send for commands of an earlier conversation. */
  owed: number;
  /** Aborts when the conversation is over. */
  over: AbortSignal;
  onUnsolicited?: ((line: string) => void) | undefined;
};

/** Sends commands, sorts what comes into echo, information, results and the unsolicited, and counts what is owed. */
export function createAtExchange({ clock, write, owed: owedBefore, over, onUnsolicited }: AtExchangeOptions) {
  let flight: Flight | null = null;
  let owed = owedBefore;
  let heard = 0;
  let heardAtMs = 0;
  let stray = false;

  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n);

  return {
    nowMs,
    owed: () => owed,
    /** What is owed was swallowed by the device and will never come. */
    forgive() {
      owed = 0;
    },
    /** How many lines have come that were no echo and not unsolicited. */
    heard: () => heard,
    /** When the last of them came, on `nowMs`. */
    heardAtMs: () => heardAtMs,
    inFlight: () => flight !== null,
    /** Whether one came since the last call that nobody had asked for. */
    takeStray(): boolean {
      const was = stray;
      stray = false;
      return was;
    },

    /** One line from the device; null for one that was too long to keep, which is noise and never an answer. */
    receive(raw: string | null): void {
      const line = raw === null ? '\ufffd' : raw.replaceAll('\0', '').trim();
      if (line === '') return;
      if (flight && !flight.echoed && line.toUpperCase() === flight.command.toUpperCase()) {
        flight.echoed = true;
        return;
      }
      if (!isFinal(line) && isUnsolicited(line, flight?.command ?? null)) {
        onUnsolicited?.(line);
        return;
      }
      heard += 1;
      heardAtMs = nowMs();
      if (!flight) stray = true;
      if (!isFinal(line)) flight?.lines.push(line);
      else {
        owed = Math.max(0, owed - 1);
        flight?.settle(line);
      }
    },

    /** Sends a command and waits for the first result code, whosesoever it is; null when none came in time. */
    send(command: string, limitMs: number, signal: AbortSignal) {
      return new Promise<{ final: string | null; lines: readonly string[] }>((resolve, reject) => {
        const either = AbortSignal.any([signal, over]);
        if (either.aborted) return reject(either.reason);
        const end = () => {
          cancel();
          either.removeEventListener('abort', abort);
          flight = null;
        };
        const abort = () => {
          end();
          reject(either.reason);
        };
        const settle = (final: string | null) => {
          end();
          resolve({ final, lines: mine.lines });
        };
        const mine: Flight = { command, echoed: false, lines: [], settle };
        const cancel = clock.after(limitMs, () => settle(null));
        either.addEventListener('abort', abort, { once: true });
        flight = mine;
        owed += 1;
        write(`${command}\r`);
      });
    },
  };
}
