import { BenchError } from '../../../shared/errors.ts';
import type { StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import { LineEvent, type LineRequest } from './line-protocol.ts';

const openLimitMs = 5_000;
const endLimitMs = 1_000;

/** One opened serial line. */
export type Line = {
  write(text: string): void;
  /** Resolves once everything written before has left this computer; never when the line is lost. */
  drain(): Promise<void>;
  /** Lets go of the line; resolves within a second or so, whatever the device does. Not followed by `onGone`. */
  close(): Promise<void>;
};

export type LineOptions = {
  start: StartChild;
  clock: Clock;
  path: string;
  baudRate: number;
  /** One line without its end; null for one that was too long to keep. */
  onLine(text: string | null): void;
  /** The device hung up or the process that held the line ended. */
  onGone(why: string): void;
};

function refusal(path: string, { why, words }: LineEvent & { type: 'refused' }): BenchError {
  const advice = {
    missing: 'does not exist. Check the cable and the path.',
    busy: 'is in use by another program. Close that program.',
    denied: 'may not be opened by this user. Add the user to the group of serial devices (dialout).',
    other: `cannot be opened: ${words}`,
  };
  return new BenchError('port_unavailable', `The serial line ${path} ${advice[why]}`);
}

function parseEvent(text: string): LineEvent | null {
  try {
    return LineEvent.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Opens a serial line in a process of its own. Rejects with `port_unavailable` and what to do. */
export function openLine(options: LineOptions): Promise<Line> {
  const { clock, path, baudRate } = options;
  const opened = Promise.withResolvers<Line>();
  const ended = Promise.withResolvers<void>();
  const draining: (() => void)[] = [];
  let state: 'opening' | 'open' | 'over' = 'opening';

  const fail = (error: BenchError) => {
    state = 'over';
    cancelLimit();
    child.kill();
    opened.reject(error);
  };
  const leave = (why: string) => {
    if (state === 'opening') fail(new BenchError('port_unavailable', `The serial line ${path} ${why}.`));
    if (state !== 'open') return;
    state = 'over';
    child.kill();
    options.onGone(why);
  };
  const take = (event: LineEvent) => {
    if (event.type === 'opened') {
      state = 'open';
      cancelLimit();
      opened.resolve(line);
    } else if (event.type === 'refused') fail(refusal(path, event));
    else if (event.type === 'line') options.onLine(event.text);
    else if (event.type === 'too_long') options.onLine(null);
    else if (event.type === 'drained') draining.shift()?.();
    else leave('hung up');
  };

  const child = options.start({
    onLine(text) {
      if (state === 'over') return;
      const event = parseEvent(text);
      if (event) take(event);
      else leave('was lost: its process said something unknown');
    },
    onEnd(why) {
      leave(`was lost: its process ${why}`);
      ended.resolve();
    },
  });
  const send = (request: LineRequest) => child.send(JSON.stringify(request));
  const cancelLimit = clock.after(openLimitMs, () => leave('does not open. Unplug the device and plug it in again'));
  const line: Line = {
    write: text => send({ type: 'write', text }),
    drain: () => {
      const drained = new Promise<void>(resolve => draining.push(resolve));
      send({ type: 'drain' });
      return drained;
    },
    close() {
      state = 'over';
      child.kill();
      const cancel = clock.after(endLimitMs, ended.resolve);
      return ended.promise.finally(cancel);
    },
  };
  send({ type: 'open', path, baudRate });
  return opened.promise;
}
