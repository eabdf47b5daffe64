import { BenchError } from '../../../shared/errors.ts';
import type { StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceSession, Sighting } from '../devices/adapter.ts';
import { type Line, type LineOptions, openLine } from './line.ts';
import { openSerialSession } from './serial-session.ts';

const firstRetryMs = 2_000;
const longestRetryMs = 30_000;

const missing = (path: string) => `The serial line ${path} does not exist. Check the cable and the path.`;
const lost = () => new BenchError('device_lost', 'The device went away. Plug it in again.');

export type WatchedLineOptions = {
  adapter: string;
  path: string;
  baudRate: number;
  clock: Clock;
  start: StartChild;
  newEpoch(): string;
  /** The sighting is another now, or there is none. */
  onChange(): void;
};

type State = {
  /** What stands at the path, as `presenceOf` tells. */
  presence: string | null;
  /** Something was there since the start: from then on its absence is an unplugged device and no trouble. */
  seen: boolean;
  epoch: string | null;
  trouble: string | null;
};

/** One configured path: what is there, since when, and who talks to it. */
export function createWatchedLine(options: WatchedLineOptions) {
  const { adapter, path, baudRate, clock, start, newEpoch } = options;
  let state: State = { presence: null, seen: false, epoch: null, trouble: null };
  let occupied = false;
  let closed = false;
  /** Result codes that the last session left unanswered. */
  let owed = 0;
  let retryMs = firstRetryMs;
  let cancelRetry = () => {};
  let loseSession = () => {};

  const change = (to: Partial<State>) => {
    state = { ...state, ...to };
    options.onChange();
  };
  const open = (events: Pick<LineOptions, 'onLine' | 'onGone'>) =>
    openLine({ start, clock, path, baudRate, ...events });

  const retryLater = () => {
    cancelRetry();
    if (closed) return;
    cancelRetry = clock.after(retryMs, () => void retry());
    retryMs = Math.min(2 * retryMs, longestRetryMs);
  };
  /** Opens the line for a moment, ever more rarely, until that succeeds: then what is there is a new epoch. */
  const retry = async () => {
    if (state.presence === null || occupied) return;
    occupied = true;
    let opened: Line | null = null;
    try {
      opened = await open({ onLine: () => {}, onGone: () => {} });
    } catch {
      retryLater();
    } finally {
      await opened?.close();
      occupied = false;
    }
    if (opened && state.presence !== null && !closed) change({ epoch: newEpoch(), trouble: null });
  };

  const startSession = async (epoch: string): Promise<DeviceSession> => {
    occupied = true;
    try {
      const { session, lose } = await openSerialSession({
        epoch,
        clock,
        owed,
        openLine: open,
        onGone() {
          if (state.epoch !== epoch) return;
          change({ epoch: null, trouble: null });
          retryLater();
        },
        onEnd(left) {
          owed = left;
          occupied = false;
          loseSession = () => {};
        },
      });
      // A line that hangs up at once has ended its session already.
      if (occupied) loseSession = lose;
      return session;
    } catch (error) {
      occupied = false;
      if (error instanceof BenchError && state.epoch === epoch) {
        change({ trouble: error.message });
        retryLater();
      }
      throw error;
    }
  };

  return {
    path,
    isEpoch: (epoch: string) => state.epoch === epoch,
    sighting(): Sighting | null {
      const { epoch, trouble } = state;
      if (epoch === null) return null;
      const seen = { adapter, epoch, portPath: path, mode: 'normal' } as const;
      return trouble === null ? { ...seen, presence: 'present' } : { ...seen, presence: 'offline', trouble };
    },
    /** Takes note of what stands at the path now. */
    look(presence: string | null): void {
      const known = presence !== null || state.seen || state.epoch !== null;
      if (presence === state.presence && known) return;
      cancelRetry();
      loseSession();
      retryMs = firstRetryMs;
      owed = 0;
      if (presence !== null) change({ presence, seen: true, epoch: newEpoch(), trouble: null });
      else if (state.seen) change({ presence, epoch: null, trouble: null });
      else change({ presence, epoch: newEpoch(), trouble: missing(path) });
    },
    /** Talks to the epoch that is there now; rejects as a DeviceAdapter does. */
    async open(signal: AbortSignal): Promise<DeviceSession> {
      const { epoch, presence, trouble } = state;
      if (epoch === null || closed) throw lost();
      if (presence === null) throw new BenchError('port_unavailable', trouble ?? missing(path));
      if (occupied)
        throw new BenchError('port_unavailable', 'Something else is talking on this line. Wait and try again.');
      const session = await startSession(epoch);
      if (!signal.aborted && !closed && state.epoch === epoch) return session;
      await session.close();
      signal.throwIfAborted();
      throw lost();
    },
    stop(): void {
      closed = true;
      cancelRetry();
      loseSession();
    },
  };
}
