import { fileURLToPath } from 'node:url';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createPiceaHost } from '../../electron/drivers/picea/picea.node.ts';
import type { DiagnoseProgress, EraseProgress, Picea, PiceaTarget } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Identifiers } from '../../shared/devices.ts';
import type { VirtualFault } from '../../shared/training.ts';

const eraseDurationMs = 200;
const bridge = fileURLToPath(new URL('../../electron/drivers/picea/virtual-bridge.ts', import.meta.url));

export type Setup = { portPath: string; identifiers: Identifiers; fault?: VirtualFault };

export const inProcess = (phones: Setup[]): Picea => {
  const bench = createVirtualBench({ clock: createNodeClock(), seed: 'picea', eraseDurationMs });
  for (const phone of phones) bench.plug(phone);
  return bench.picea;
};
export const inChild = (phones: Setup[]): Picea =>
  createPiceaHost({
    command: process.execPath,
    args: [bridge],
    env: {
      VIRTUAL_BRIDGE_ERASE_MS: String(eraseDurationMs),
      VIRTUAL_BRIDGE_FAULTS: JSON.stringify(Object.fromEntries(phones.map(p => [p.portPath, p.fault]))),
    },
    clock: createNodeClock(),
  });

export const imei = String(490_154_203_237_518);
export const phone = (portPath: string, fault?: VirtualFault): Setup => ({
  portPath,
  identifiers: { serial: `SER-${portPath}`, imei: [imei], meid: null, eid: null },
  ...(fault && { fault }),
});
export const target = ({ portPath, identifiers }: Setup): PiceaTarget => ({ portPath, identifiers, epoch: 'e1' });

export function erase(picea: Picea, to: PiceaTarget, signal = new AbortController().signal) {
  const told: EraseProgress[] = [];
  const first = Promise.withResolvers<void>();
  const onProgress = (progress: EraseProgress) => {
    told.push(progress);
    first.resolve();
  };
  return { told, underWay: first.promise, result: picea.erase(to, { onProgress, signal }) };
}

export function diagnose(picea: Picea, to: PiceaTarget, signal = new AbortController().signal) {
  const told: DiagnoseProgress[] = [];
  const first = Promise.withResolvers<void>();
  const onProgress = (progress: DiagnoseProgress) => {
    told.push(progress);
    first.resolve();
  };
  return { told, underWay: first.promise, result: picea.diagnose(to, { onProgress, signal }) };
}

export const verify = (picea: Picea, to: PiceaTarget) => picea.verify(to, { signal: new AbortController().signal });
