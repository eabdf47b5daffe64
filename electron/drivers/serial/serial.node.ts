import { fileURLToPath } from 'node:url';
import { BenchError } from '../../../shared/errors.ts';
import { nodeChild } from '../child/child.node.ts';
import type { StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceAdapter, DeviceSession, Sighting } from '../devices/adapter.ts';
import { type Line, openLine } from './line.ts';
import { presenceOf } from './line-presence.node.ts';
import { maxMessageBytes } from './line-protocol.ts';
import { openSerialSession } from './serial-session.ts';

const adapterName = 'serial';
const firstRetryMs = 2_000;
const longestRetryMs = 30_000;

export type SerialOptions = {
  /** Lines to watch; names under /dev/serial/by-path stay with their connector. */
  paths: readonly string[];
  clock: Clock;
  /** Starts line-process.ts; in Electron as a utility process. */
  startLine?: StartChild;
  baudRate?: number;
  /** How often the paths are looked at. */
  scanMs?: number;
};

/** One configured path and what is known of it. */
type Watched = {
  readonly path: string;
  presence: string | null;
  /** Something was there since the start: from then on its absence is an unplugged device and no trouble. */
  seen: boolean;
  epoch: string | null;
  trouble: string | null;
  occupied: boolean;
  /** Tells the session on it, if any, that the device is gone. */
  lose: () => void;
  owed: number;
  retryMs: number;
  cancelRetry: () => void;
};

const missing = (path: string) => `The serial line ${path} does not exist. Check the cable and the path.`;

/** The process of a serial line under the Node that runs this. */
export function serialLineChild(entry = fileURLToPath(new URL('./line-process.ts', import.meta.url))): StartChild {
  return nodeChild({ command: process.execPath, args: [entry], maxLineBytes: maxMessageBytes });
}

/**
 * Devices that answer AT commands on serial lines. A line that exists is a sighting, whether something answers or
 * not; one that is missing at the start, busy or not permitted is a sighting with `trouble` and is tried again.
 */
export function createSerialAdapter(options: SerialOptions): DeviceAdapter {
  const { clock, baudRate = 115_200, scanMs = 1_000, startLine = serialLineChild() } = options;
  const closed = new AbortController();
  const watchers = new Set<(sightings: Sighting[]) => void>();
  let epochs = 0;
  let scanning: Promise<void> | null = null;

  const newEpoch = () => `${clock.boot}:${++epochs}`;
  const lines: Watched[] = [...new Set(options.paths)].map(path => ({
    path,
    presence: null,
    seen: false,
    epoch: null,
    trouble: null,
    occupied: false,
    lose: () => {},
    owed: 0,
    retryMs: firstRetryMs,
    cancelRetry: () => {},
  }));

  const sightings = (): Sighting[] =>
    lines.flatMap(({ path: portPath, epoch, trouble }) => {
      if (epoch === null) return [];
      const seen = { adapter: adapterName, epoch, portPath, mode: 'normal' } as const;
      return [trouble === null ? { ...seen, presence: 'present' } : { ...seen, presence: 'offline', trouble }];
    });
  const change = (line: Watched, to: Partial<Watched>) => {
    Object.assign(line, to);
    const list = sightings();
    for (const watcher of watchers) watcher(list);
  };

  const look = (line: Watched, presence: string | null) => {
    if (presence === line.presence && (presence !== null || line.seen || line.epoch !== null)) return;
    line.cancelRetry();
    line.lose();
    const fresh = { presence, retryMs: firstRetryMs, owed: 0 };
    if (presence !== null) change(line, { ...fresh, seen: true, epoch: newEpoch(), trouble: null });
    else if (line.seen) change(line, { ...fresh, epoch: null, trouble: null });
    else change(line, { ...fresh, epoch: newEpoch(), trouble: missing(line.path) });
  };
  const scan = async () => {
    for (const line of lines) {
      const presence = await presenceOf(line.path);
      if (closed.signal.aborted) return;
      look(line, presence);
    }
  };
  const scanForEver = (): Promise<void> =>
    scan().then(() => {
      if (closed.signal.aborted) return;
      const cancel = clock.after(scanMs, () => {
        closed.signal.removeEventListener('abort', cancel);
        scanning = scanForEver();
      });
      closed.signal.addEventListener('abort', cancel, { once: true });
    });

  const open = (line: Watched, events: { onLine(text: string | null): void; onGone(why: string): void }) =>
    openLine({ start: startLine, clock, path: line.path, baudRate, ...events });

  /** Opens the line for a moment, ever more rarely, until that succeeds: then what is there is a new epoch. */
  const retryLater = (line: Watched) => {
    line.cancelRetry();
    if (closed.signal.aborted) return;
    line.cancelRetry = clock.after(line.retryMs, () => void retry(line));
    line.retryMs = Math.min(2 * line.retryMs, longestRetryMs);
  };
  const retry = async (line: Watched) => {
    if (line.presence === null || line.occupied) return;
    line.occupied = true;
    let opened: Line | null = null;
    try {
      opened = await open(line, { onLine: () => {}, onGone: () => {} });
    } catch {
      retryLater(line);
    } finally {
      await opened?.close();
      line.occupied = false;
    }
    if (opened && line.presence !== null && !closed.signal.aborted) change(line, { epoch: newEpoch(), trouble: null });
  };

  const openSession = async (line: Watched, epoch: string): Promise<DeviceSession> => {
    line.occupied = true;
    try {
      const { session, lose } = await openSerialSession({
        epoch,
        clock,
        owed: line.owed,
        openLine: events => open(line, events),
        onGone() {
          if (line.epoch !== epoch) return;
          change(line, { epoch: null, trouble: null });
          retryLater(line);
        },
        onEnd: owed => Object.assign(line, { occupied: false, lose: () => {}, owed }),
      });
      if (line.occupied) line.lose = lose;
      return session;
    } catch (error) {
      line.occupied = false;
      if (error instanceof BenchError && line.epoch === epoch) {
        change(line, { trouble: error.message });
        retryLater(line);
      }
      throw error;
    }
  };

  return {
    name: adapterName,
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      watchers.add(onChange);
      signal.addEventListener('abort', () => watchers.delete(onChange), { once: true });
      onChange(sightings());
      scanning ??= scanForEver();
    },
    async open(sighting, signal) {
      signal.throwIfAborted();
      const line = lines.find(l => l.epoch === sighting.epoch);
      if (!line || closed.signal.aborted) throw new BenchError('device_lost', 'The device is not plugged in any more.');
      if (line.presence === null) throw new BenchError('port_unavailable', line.trouble ?? missing(line.path));
      if (line.occupied)
        throw new BenchError('port_unavailable', 'Something else is talking on this line. Wait and try again.');
      const session = await openSession(line, sighting.epoch);
      if (!signal.aborted && !closed.signal.aborted && line.epoch === sighting.epoch) return session;
      await session.close();
      signal.throwIfAborted();
      throw new BenchError('device_lost', 'The device went away. Plug it in again.');
    },
    async close() {
      closed.abort();
      watchers.clear();
      for (const line of lines) {
        line.cancelRetry();
        line.lose();
      }
      await scanning;
    },
  };
}
