import { BenchError } from '../../../shared/errors.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import type { DeviceAdapter, Sighting } from '../devices/adapter.ts';
import { createWatchers } from '../devices/watchers.ts';
import { watchAdb } from './adb-watch.node.ts';
import { createAndroidSession } from './android-session.ts';
import { type AdbDevice, conditionOf } from './device-list.ts';

const adapterName = 'android';
/** So many polls after a broken conversation the list says whether the phone is there. */
const pollsUntilCertain = 2;

export type AndroidOptions = {
  /** The `adb` program; null when this computer has none. */
  command: string | null;
  clock: Clock;
  log(line: Record<string, unknown>): void;
  /** File that remembers the port of the server between runs. */
  portFile?: string;
  /** Added to the environment of the adb server. */
  env?: Readonly<Record<string, string>>;
  pollMs?: number;
};

/** `key` is the same for as long as one phone stays attached in one state. */
type Seen = { key: string; transportId: string; port: number; sighting: Sighting };

const noAdb =
  "adb was not found: Android phones aren't seen. Install Android's platform tools, or start the bench with --adb and the path of adb.";
const noServer = "The adb server doesn't run: Android phones aren't seen until it does. It is started again by itself.";

const lost = () => new BenchError('device_lost', 'The phone is not plugged in any more.');

/**
 * Android phones by an adb server of our own. One in a state that cannot be read is a sighting with `trouble`; each
 * change into or out of such a state is a new epoch, as is each attach.
 */
export function createAndroidAdapter(options: AndroidOptions): DeviceAdapter & {
  /** Port of the adb server on 127.0.0.1; null while none runs. */
  serverPort(): number | null;
} {
  const { command, clock, log, portFile, env, pollMs = 1_000 } = options;
  const closed = new AbortController();
  const sessions = new Map<string, (why: string) => void>();
  let seen: Seen[] = [];
  let epochs = 0;
  let port: number | null = null;
  let watching: Promise<void> | null = null;

  const watchers = createWatchers(() => seen.map(({ sighting }) => sighting));
  const take = (list: Seen[]) => {
    const was = seen;
    seen = list;
    for (const { sighting } of was) {
      if (!list.some(s => s.sighting.epoch === sighting.epoch))
        sessions.get(sighting.epoch)?.('it is not there any more');
    }
    if (was.length === list.length && was.every((s, i) => s === list[i])) return;
    watchers.tell();
  };
  const keyOf = (generation: number, { transportId, state, portPath }: AdbDevice) =>
    [generation, transportId, state, portPath].join(' ');
  const onList = (generation: number, onPort: number, devices: readonly AdbDevice[]) => {
    port = onPort;
    take(
      devices.map(device => {
        const key = keyOf(generation, device);
        const { transportId, portPath, state } = device;
        const epoch = () => `${adapterName}:${clock.boot}:${++epochs}`;
        return (
          seen.find(s => s.key === key) ?? {
            key,
            transportId,
            port: onPort,
            // The list tells neither vendor nor product, and its serial may be an address or another phone's.
            sighting: { adapter: adapterName, epoch: epoch(), portPath, ...conditionOf(state) },
          }
        );
      }),
    );
  };

  const startWatching = (program: string) =>
    watchAdb(
      {
        server: { command: program, clock, ...(portFile && { portFile }), ...(env && { env }) },
        clock,
        pollMs,
        log,
        onList,
        onLost() {
          port = null;
          take([]);
        },
      },
      closed.signal,
    );

  return {
    name: adapterName,
    serverPort: () => port,
    trouble: () => (command === null ? noAdb : port === null && watching !== null ? noServer : null),
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      watchers.add(onChange, signal);
      if (command !== null) watching ??= startWatching(command);
    },
    async open({ epoch }, signal) {
      signal.throwIfAborted();
      const found = seen.find(s => s.sighting.epoch === epoch);
      if (!found || closed.signal.aborted) throw lost();
      const { trouble } = found.sighting;
      if (trouble !== undefined) throw new BenchError('port_unavailable', trouble);
      if (sessions.has(epoch))
        throw new BenchError('port_unavailable', 'Something else is talking to this phone. Wait and try again.');
      const { session, lose } = createAndroidSession({
        epoch,
        port: found.port,
        transportId: found.transportId,
        clock,
        onEnd: () => sessions.delete(epoch),
        async stillThere(over) {
          await sleep(clock, pollsUntilCertain * pollMs, over);
          return seen.includes(found);
        },
      });
      sessions.set(epoch, lose);
      return session;
    },
    async close() {
      closed.abort(lost());
      watchers.clear();
      for (const lose of [...sessions.values()]) lose('the bench is closing');
      seen = [];
      await watching;
    },
  };
}
