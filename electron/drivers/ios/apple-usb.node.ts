import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mode } from '../devices/adapter.ts';

const appleVendor = '05ac';
/** Product ids of Apple's phones and tablets outside their running system; those from 1290 to 12af are in it. */
const otherModes: ReadonlyMap<number, Mode> = new Map([
  [0x1222, 'dfu'],
  [0x1227, 'dfu'],
  [0x1280, 'recovery'],
  [0x1281, 'recovery'],
  [0x1282, 'recovery'],
  [0x1283, 'recovery'],
]);

export type AppleUsb = {
  /** Bus path ('1-1.3'). */
  portPath: string;
  bus: number;
  /** Address on the bus: another with each attach. */
  address: number;
  pid: number;
  mode: Mode;
};

/**
 * Apple's phones and tablets on USB as Linux lists them under `folder` (/sys/bus/usb/devices); null where there is no
 * such list, which is no statement about phones.
 */
export function readAppleUsb(folder: string): AppleUsb[] | null {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null;
  }
  return names.flatMap(name => {
    if (!/^\d+-\d+(?:\.\d+)*$/.test(name)) return [];
    const field = (file: string) => readFileSync(join(folder, name, file), 'latin1').trim();
    try {
      if (field('idVendor') !== appleVendor) return [];
      const pid = Number.parseInt(field('idProduct'), 16);
      const mode = otherModes.get(pid) ?? (pid >= 0x1290 && pid <= 0x12af ? 'normal' : null);
      if (mode === null) return [];
      return [{ portPath: name, bus: Number(field('busnum')), address: Number(field('devnum')), pid, mode }];
    } catch {
      // Unplugged while it was read.
      return [];
    }
  });
}

/** Bus path of a phone by what usbmuxd on Linux tells: bus and address; elsewhere the location stands for the connector. */
export function connectorOf(location: number, usb: readonly AppleUsb[]): string {
  const found = usb.find(u => u.bus === location >>> 16 && u.address === (location & 0xffff));
  return found?.portPath ?? `usb-${location.toString(16).padStart(8, '0')}`;
}
