import { fileURLToPath } from 'node:url';
import { BenchError } from '../../../shared/errors.ts';
import { nodeChild } from '../child/child.node.ts';
import type { StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceAdapter } from '../devices/adapter.ts';
import { createWatchers } from '../devices/watchers.ts';
import { presenceOf } from './line-presence.node.ts';
import { maxMessageBytes } from './line-protocol.ts';
import { createWatchedLine } from './watched-line.ts';

const adapterName = 'serial';

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

/** The process of a serial line under the Node that runs this. */
export function serialLineChild(entry = fileURLToPath(new URL('./line-process.ts', import.meta.url))): StartChild {
  return nodeChild({ command: process.execPath, args: [entry], maxLineBytes: maxMessageBytes });
}

/**
 * Devices that answer AT commands on serial lines. A line that exists is a sighting, whether something answers or
 * not; one that is missing at the start, busy or not permitted is a sighting with `trouble` and is tried again.
 */
export function createSerialAdapter(options: SerialOptions): DeviceAdapter {
  const { clock, baudRate = 115_200, scanMs = 1_000, startLine: start = serialLineChild() } = options;
  const closed = new AbortController();
  let epochs = 0;
  let scanning: Promise<void> | null = null;
  let cancelScan = () => {};

  const newEpoch = () => `${adapterName}:${clock.boot}:${++epochs}`;
  const watchers = createWatchers(() => lines.map(line => line.sighting()).filter(sighting => sighting !== null));
  const lines = [...new Set(options.paths)].map(path =>
    createWatchedLine({ adapter: adapterName, path, baudRate, clock, start, newEpoch, onChange: watchers.tell }),
  );

  const scan = async (): Promise<void> => {
    for (const line of lines) {
      const presence = await presenceOf(line.path);
      if (closed.signal.aborted) return;
      line.look(presence);
    }
    cancelScan = clock.after(scanMs, () => {
      scanning = scan();
    });
  };

  return {
    name: adapterName,
    watch(onChange, signal) {
      if (signal.aborted || closed.signal.aborted) return;
      watchers.add(onChange, signal);
      scanning ??= scan();
    },
    async open(sighting, signal) {
      signal.throwIfAborted();
      const line = lines.find(candidate => candidate.isEpoch(sighting.epoch));
      if (!line || closed.signal.aborted) throw new BenchError('device_lost', 'The device is not plugged in any more.');
      return line.open(signal);
    },
    async close() {
      closed.abort();
      cancelScan();
      watchers.clear();
      for (const line of lines) line.stop();
      await scanning;
    },
  };
}
