import type { Sighting } from '../devices/adapter.ts';
import { type AppleUsb, connectorOf } from './apple-usb.node.ts';
import type { Snapshot } from './ios-watch.node.ts';
import { type Refusal, refusals } from './refusals.ts';

const appleVendor = 0x05ac;

/** One device of a snapshot. `key` is the same for as long as it stays attached in one state. */
export type Seen = {
  key: string;
  /** The same for as long as it stays attached, whatever its state. */
  attachment: string;
  /** Null in recovery and DFU mode. */
  udid: string | null;
  sighting: Sighting;
};

const modeTroubles: Readonly<Record<'recovery' | 'dfu', string>> = {
  recovery: 'The device is in recovery mode. Restart it to read it.',
  dfu: 'The device is in DFU mode. Restart it to read it.',
};

/** The devices of a snapshot; what was seen before in the same state keeps its epoch. */
export function seenIn(
  { mux, usb, generation }: Snapshot,
  refused: ReadonlyMap<string, Refusal>,
  { adapter, newEpoch, was }: { adapter: string; newEpoch(): string; was: readonly Seen[] },
): Seen[] {
  const running = (mux ?? []).map(({ DeviceID, Properties, paired }) => {
    const { SerialNumber: udid, LocationID: location, ProductID: pid } = Properties;
    const attachment = [generation, DeviceID, udid, location].join(' ');
    const refusal = paired ? refused.get(attachment) : 'unpaired';
    return {
      key: `${attachment} ${refusal ?? 'ready'}`,
      attachment,
      udid,
      sighting: {
        adapter,
        portPath: connectorOf(location, usb ?? []),
        ...(pid !== undefined && { usb: { vid: appleVendor, pid } }),
        mode: 'normal' as const,
        ...(refusal
          ? { presence: refusals[refusal].presence, trouble: refusals[refusal].trouble }
          : { presence: 'ready' as const }),
      },
    };
  });
  const others = (usb ?? []).flatMap(device => otherMode(device, adapter));
  return [...running, ...others].map(
    one => was.find(s => s.key === one.key) ?? { ...one, sighting: { ...one.sighting, epoch: newEpoch() } },
  );
}

function otherMode({ portPath, bus, address, pid, mode }: AppleUsb, adapter: string) {
  if (mode !== 'recovery' && mode !== 'dfu') return [];
  const attachment = ['usb', bus, address, portPath, pid].join(' ');
  const sighting = {
    adapter,
    portPath,
    usb: { vid: appleVendor, pid },
    mode,
    presence: 'present' as const,
    trouble: modeTroubles[mode],
  };
  return [{ key: attachment, attachment, udid: null, sighting }];
}
