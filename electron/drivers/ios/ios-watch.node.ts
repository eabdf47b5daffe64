import { type Clock, sleep } from '../clock/clock.ts';
import { type AppleUsb, readAppleUsb } from './apple-usb.node.ts';
import { hasPairRecord, listenMux, listMuxDevices, type MuxAddress, type MuxDevice } from './usbmux.ts';

const askLimitMs = 5_000;

/** Everything that was seen at one moment. */
export type Snapshot = {
  /** Null while usbmuxd does not answer; then nothing is known of its devices. */
  mux: readonly (MuxDevice & { paired: boolean })[] | null;
  /** Apple's devices on USB; null where the system does not list them. */
  usb: readonly AppleUsb[] | null;
  /** New for each run of usbmuxd, whose device numbers start anew. */
  generation: number;
};

export type IosWatchOptions = {
  address: MuxAddress;
  /** Where Linux lists what is on USB. */
  usbFolder: string;
  clock: Clock;
  pollMs: number;
  log(line: Record<string, unknown>): void;
  onSnapshot(snapshot: Snapshot): void;
};

/** Tells what is there at each hint of usbmuxd and each poll, until the signal aborts. `refresh` asks at once. */
export function watchIos(options: IosWatchOptions, signal: AbortSignal) {
  const { address, clock, pollMs, log } = options;
  let generation = 0;
  let listening: Promise<void> | null = null;
  let wake = () => {};
  let hinted = false;
  let answered = false;
  let reading: Promise<void> = Promise.resolve();
  const hint = () => {
    hinted = true;
    wake();
  };

  const listen = () => {
    generation++;
    listening = listenMux(address, signal, hint).catch((error: unknown) => {
      listening = null;
      if (!signal.aborted && answered)
        log({ level: 'warn', event: 'usbmuxd.lost', reason: error instanceof Error ? error.message : 'unknown' });
      answered = false;
      hint();
    });
  };
  const list = async () => {
    if (listening === null) listen();
    const mine = generation;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]);
    const devices = await listMuxDevices(address, limit);
    const paired = await Promise.all(devices.map(d => hasPairRecord(address, d.Properties.SerialNumber, limit)));
    // A list from a run of usbmuxd that ended meanwhile is no list.
    if (mine !== generation || listening === null) return null;
    answered = true;
    return devices.map((device, i) => ({ ...device, paired: paired[i] === true }));
  };
  const read = async () => {
    const mux = await list().catch(() => null);
    if (!signal.aborted) options.onSnapshot({ mux, usb: readAppleUsb(options.usbFolder), generation });
  };
  /** One reading at a time, begun after the call. */
  const refresh = () => {
    reading = reading.then(read);
    return reading;
  };
  const run = async () => {
    while (!signal.aborted) {
      hinted = false;
      await refresh();
      const woken = new AbortController();
      wake = () => woken.abort();
      // A hint that usbmuxd is not there must not make this loop spin.
      if (hinted && answered) continue;
      const either = answered ? AbortSignal.any([signal, woken.signal]) : signal;
      await sleep(clock, pollMs, either).catch(() => {});
    }
    await listening;
  };
  return { ended: run(), refresh };
}
