import { type Clock, sleep } from '../clock/clock.ts';
import { type AdbServer, type AdbServerOptions, startAdbServer } from './adb-server.node.ts';
import { askAdb, openAdbSocket } from './adb-socket.ts';
import { type AdbDevice, parseDeviceList } from './device-list.ts';

const firstBackoffMs = 250;
const longestBackoffMs = 10_000;
/** A server that has run for so long starts the next one without delay. */
const steadyMs = 30_000;
const pollLimitMs = 5_000;

export type AdbWatchOptions = {
  server: AdbServerOptions;
  clock: Clock;
  /** How often the list is asked for besides what the server pushes: it does not push everything. */
  pollMs: number;
  log(line: Record<string, unknown>): void;
  /** The full list; `generation` is new for each server, whose transport ids start anew. */
  onList(generation: number, port: number, devices: readonly AdbDevice[]): void;
  /** The server is gone, and with it every device; it is started again. */
  onLost(): void;
};

/** Keeps an adb server running and tells what it sees until the signal aborts; resolves once the server has ended. */
export async function watchAdb(options: AdbWatchOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options;
  let backoffMs = firstBackoffMs;
  const nowMs = () => Number(clock.monotonicNs() / 1_000_000n);
  for (let generation = 1; !signal.aborted; generation++) {
    const startedMs = nowMs();
    let server: AdbServer | null = null;
    try {
      server = await startAdbServer(options.server, signal);
      await watchServer(server, generation, options, signal);
    } catch (error) {
      if (!signal.aborted)
        log({ level: 'warn', event: 'adb.server_lost', reason: error instanceof Error ? error.message : 'unknown' });
    }
    server?.kill();
    await server?.ended;
    if (signal.aborted) return;
    options.onLost();
    if (nowMs() - startedMs > steadyMs) backoffMs = firstBackoffMs;
    await sleep(clock, backoffMs, signal).catch(() => {});
    backoffMs = Math.min(2 * backoffMs, longestBackoffMs);
  }
}

/** Tells the list at each hint and each poll; rejects when the server stops answering. */
async function watchServer(
  server: AdbServer,
  generation: number,
  { clock, pollMs, onList }: AdbWatchOptions,
  signal: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const either = AbortSignal.any([signal, ended.signal]);
  let wake = () => {};
  let hinted = true;
  void server.ended.then(why => ended.abort(new Error(`the adb server ${why}`)));

  const track = async () => {
    const socket = await openAdbSocket(server.port, either);
    try {
      await socket.request('host:track-devices-l');
      for (;;) {
        await socket.readText();
        hinted = true;
        wake();
      }
    } finally {
      socket.close();
    }
  };
  // Whatever ends it, without its hints the server is of no use and is started again.
  const tracking = track().catch((error: unknown) => {
    if (!either.aborted) ended.abort(error);
  });
  try {
    while (!either.aborted) {
      hinted = false;
      const limit = AbortSignal.any([either, AbortSignal.timeout(pollLimitMs)]);
      const list = parseDeviceList(await askAdb(server.port, 'host:devices-l', limit));
      if (either.aborted) break;
      onList(generation, server.port, list);
      if (!hinted)
        await new Promise<void>(resolve => {
          const cancel = clock.after(pollMs, resolve);
          const go = () => {
            cancel();
            either.removeEventListener('abort', go);
            resolve();
          };
          wake = go;
          either.addEventListener('abort', go, { once: true });
        });
    }
    if (ended.signal.aborted) throw ended.signal.reason;
  } finally {
    ended.abort(new Error('the watch is over'));
    await tracking;
  }
}
