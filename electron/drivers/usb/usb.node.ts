import { fileURLToPath } from 'node:url';
import { BenchError } from '../../../shared/errors.ts';
import { nodeChild } from '../child/child.node.ts';
import type { Child, StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceAdapter, Sighting } from '../devices/adapter.ts';
import { createWatchers } from '../devices/watchers.ts';
import { type BusDevice, BusReport, maxReportBytes } from './usb-list.ts';
import { knownPhone } from './usb-modes.ts';

const adapterName = 'usb';
const firstRestartMs = 1_000;
const longestRestartMs = 60_000;

/** The process that watches the bus, under plain Node. */
export function busChild(
  entry = fileURLToPath(new URL('./usb-process.ts', import.meta.url)),
  env: Readonly<Record<string, string>> = {},
): StartChild {
  return nodeChild({ command: process.execPath, args: [entry], env, maxLineBytes: maxReportBytes });
}

export type UsbOptions = {
  clock: Clock;
  /** Adapters that can talk to phones: whatever they show at a connector is theirs. */
  others: readonly DeviceAdapter[];
  start?: StartChild;
  /** How long the others have to show a phone in its running system, in milliseconds. */
  graceMs?: number;
  log(line: Record<string, unknown>): void;
};

type Seen = { device: BusDevice; sighting: Sighting; since: number };

/**
 * Phones on USB that nothing else shows: in recovery, bootloader, download or emergency mode, or running and silent.
 * Each is a sighting with `trouble`; none is ever opened. An attach, and each change of what it says it is, is an epoch.
 */
export function createUsbAdapter({
  clock,
  others,
  start = busChild(),
  graceMs = 5_000,
  log,
}: UsbOptions): DeviceAdapter {
  const closed = new AbortController();
  const elsewhere = new Map<string, readonly Sighting[]>();
  let seen: Seen[] = [];
  let shown = '';
  let epochs = 0;
  let trouble: string | null = null;
  let child: Child | null = null;
  let waitMs = firstRestartMs;
  let cancelRestart = () => {};
  let cancelGrace = () => {};

  const now = () => Number(clock.monotonicNs() / 1_000_000n);
  const isTaken = (portPath: string) =>
    [...elsewhere.values()].some(sightings => sightings.some(sighting => sighting.portPath === portPath));
  const isDue = ({ sighting, since }: Seen) => sighting.mode !== 'normal' || now() - since >= graceMs;
  const visible = () => seen.filter(one => isDue(one) && !isTaken(one.device.portPath)).map(({ sighting }) => sighting);
  const watchers = createWatchers(visible);
  const publish = () => {
    cancelGrace();
    const waits = seen.filter(one => !isDue(one)).map(({ since }) => since + graceMs - now());
    if (waits.length > 0) cancelGrace = clock.after(Math.max(1, Math.min(...waits)), publish);
    const text = JSON.stringify(visible());
    if (text === shown) return;
    shown = text;
    watchers.tell();
  };

  const see = (devices: readonly BusDevice[]) => {
    seen = devices.flatMap(device => {
      const phone = knownPhone(device.vid, device.pid);
      if (!phone) return [];
      const { portPath, vid, pid } = device;
      const before = seen.find(one => JSON.stringify(one.device) === JSON.stringify(device));
      if (before) return [before];
      const epoch = `${adapterName}:${clock.boot}:${++epochs}`;
      const sighting = {
        adapter: adapterName,
        epoch,
        portPath,
        usb: { vid, pid },
        presence: 'present' as const,
        ...phone,
      };
      return [{ device, sighting, since: now() }];
    });
    publish();
  };
  const hear = (line: string) => {
    const report = BusReport.safeParse(tryJson(line)).data;
    if (!report) return child?.kill();
    waitMs = firstRestartMs;
    trouble = 'trouble' in report ? report.trouble : null;
    see('devices' in report ? report.devices : []);
  };
  const run = () => {
    if (closed.signal.aborted) return;
    child = start({
      onLine: hear,
      onEnd(why) {
        child = null;
        if (closed.signal.aborted) return;
        log({ level: 'warn', event: 'usb.ended', why });
        trouble = 'USB is not watched at the moment: phones in recovery or download mode are not seen.';
        see([]);
        cancelRestart = clock.after(waitMs, run);
        waitMs = Math.min(waitMs * 2, longestRestartMs);
      },
    });
  };
  const begin = () => {
    for (const other of others)
      other.watch(sightings => {
        elsewhere.set(other.name, sightings);
        publish();
      }, closed.signal);
    run();
  };

  let begun = false;
  return {
    name: adapterName,
    trouble: () => trouble,
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      watchers.add(onChange, signal);
      if (!begun) begin();
      begun = true;
    },
    async open({ epoch }, signal) {
      signal.throwIfAborted();
      const found = seen.find(({ sighting }) => sighting.epoch === epoch);
      throw found
        ? new BenchError('port_unavailable', found.sighting.trouble ?? 'The device cannot be read.')
        : new BenchError('device_lost', 'The device is not plugged in any more.');
    },
    async close() {
      closed.abort();
      watchers.clear();
      cancelRestart();
      cancelGrace();
      child?.kill();
      seen = [];
    },
  };
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
