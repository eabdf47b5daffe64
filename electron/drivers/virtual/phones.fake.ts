import { type Identifiers, luhnValid } from '../../../shared/devices.ts';
import type { VirtualFault } from '../../../shared/training.ts';
import type { Random } from '../random/random.ts';

/** One virtual phone or tablet and what it would tell if asked. */
export type VirtualPhone = {
  readonly id: string;
  /** Connector it is at, or was last. */
  readonly portPath: string;
  /** Null while it is off the cable. */
  readonly epoch: string | null;
  readonly manufacturer: string;
  readonly model: string;
  readonly revision: string;
  readonly usb: { vid: number; pid: number };
  readonly identifiers: Identifiers;
  /** Percent. */
  readonly batteryLevel: number;
  readonly setupState: 'setup' | 'in_use';
  readonly accounts: number;
  /** Find My of its owner stays on through an erase. Of Apple's alone. */
  readonly findMy: boolean;
  readonly fault: VirtualFault | null;
};

/** What may be ordered when a phone is plugged in; the seed draws the rest. */
export type VirtualPhoneSpec = {
  portPath?: string;
  manufacturer?: string;
  model?: string;
  revision?: string;
  identifiers?: Partial<Identifiers>;
  batteryLevel?: number;
  setupState?: 'setup' | 'in_use';
  accounts?: number;
  findMy?: boolean;
  fault?: VirtualFault | null;
};

const apple = { vid: 0x05ac, pid: 0x12a8 };
const models = [
  { manufacturer: 'Apple', model: 'iPhone 13', revision: 'iOS 18.6.2', imeis: 2, usb: apple },
  { manufacturer: 'Samsung', model: 'SM-S911B', revision: 'Android 15', imeis: 2, usb: { vid: 0x04e8, pid: 0x6860 } },
  { manufacturer: 'Google', model: 'Pixel 7a', revision: 'Android 16', imeis: 2, usb: { vid: 0x18d1, pid: 0x4ee7 } },
  { manufacturer: 'Apple', model: 'iPad (9th generation)', revision: 'iPadOS 18.6', imeis: 0, usb: apple },
  { manufacturer: 'Fairphone', model: 'FP5', revision: 'Android 15', imeis: 1, usb: { vid: 0x18d1, pid: 0x4ee7 } },
  { manufacturer: 'Xiaomi', model: '2201117TY', revision: 'Android 13', imeis: 2, usb: { vid: 0x2717, pid: 0xff48 } },
] as const;

/** Draws a serial of the length that makers use. */
function drawSerial(random: Random): string {
  return random.bytes(6).toString('hex').toUpperCase().slice(0, 11);
}

/** Draws a valid IMEI of the type allocation codes kept for tests, so that it names no real phone. */
function drawImei(random: Random): string {
  const body = `0010${String(random.integer(10_000)).padStart(4, '0')}${String(random.integer(1_000_000)).padStart(6, '0')}`;
  const check = [...'0123456789'].find(digit => luhnValid(body + digit)) ?? '0';
  return body + check;
}

/** Identifiers of a unit with that many radios. */
export function drawIdentifiers(random: Random, imeis: number): Identifiers {
  return {
    serial: drawSerial(random),
    imei: Array.from({ length: imeis }, () => drawImei(random)),
    meid: null,
    eid: null,
  };
}

/** The phone number `ordinal` (from 0) of a world: models in turn, the rest drawn. */
export function drawPhone(random: Random, ordinal: number, portPath: string, spec: VirtualPhoneSpec): VirtualPhone {
  const { imeis, ...model } = models[ordinal % models.length] ?? models[0];
  const drawn = { batteryLevel: 35 + random.integer(61), accounts: 1 + random.integer(3) };
  return {
    ...model,
    setupState: 'in_use',
    ...drawn,
    findMy: false,
    fault: null,
    ...spec,
    identifiers: { ...drawIdentifiers(random, imeis), ...spec.identifiers },
    id: `phone-${ordinal + 1}`,
    portPath,
    epoch: null,
  };
}
