import type { Mode } from '../devices/adapter.ts';

/** What a vendor's phones are when they are on the bus with this product id. */
type Known = { readonly mode: Mode; readonly state: string };

type Vendor = {
  readonly name: string;
  /** Product ids outside the running system. */
  readonly modes: ReadonlyMap<number, Known>;
  /** Whether a product id that is not among them is a phone in its running system. */
  isPhone(pid: number): boolean;
};

const nothing: ReadonlyMap<number, Known> = new Map();
const fastboot: Known = { mode: 'bootloader', state: 'in its bootloader (fastboot)' };
const recovery: Known = { mode: 'recovery', state: 'in recovery mode' };
const dfu: Known = { mode: 'dfu', state: 'in DFU mode' };
const emergency: Known = { mode: 'edl', state: 'in emergency download mode' };
const anything = () => true;

/**
 * Vendor and product ids as the USB ID repository (usb.ids), the udev rules of Android's and libirecovery's developers
 * and the boot ROMs of Qualcomm and MediaTek have them. Vendors that make more than phones are here for known ids alone.
 */
const vendors: ReadonlyMap<number, Vendor> = new Map<number, Vendor>([
  [
    0x05ac,
    {
      name: 'Apple',
      modes: new Map([
        [0x1222, dfu],
        [0x1227, dfu],
        [0x1280, recovery],
        [0x1281, recovery],
        [0x1282, recovery],
        [0x1283, recovery],
      ]),
      isPhone: pid => pid >= 0x1290 && pid <= 0x12af,
    },
  ],
  [
    0x18d1,
    {
      name: 'Google',
      modes: new Map([
        [0x4ee0, fastboot],
        [0xd00d, fastboot],
        [0xd001, recovery],
      ]),
      isPhone: pid => pid >= 0x4ee1 && pid <= 0x4ee9,
    },
  ],
  [
    0x04e8,
    {
      name: 'Samsung',
      modes: new Map([[0x685d, { mode: 'bootloader', state: 'in download mode' }]]),
      isPhone: pid => pid >= 0x6860 && pid <= 0x6866,
    },
  ],
  [0x05c6, { name: 'Qualcomm', modes: new Map([[0x9008, emergency]]), isPhone: () => false }],
  [
    0x0e8d,
    {
      name: 'MediaTek',
      modes: new Map([
        [0x0003, emergency],
        [0x2000, { mode: 'edl', state: 'in its preloader' }],
      ]),
      isPhone: () => false,
    },
  ],
  [0x2717, { name: 'Xiaomi', modes: nothing, isPhone: anything }],
  [0x2a70, { name: 'OnePlus', modes: nothing, isPhone: anything }],
  [0x22d9, { name: 'Oppo', modes: nothing, isPhone: anything }],
  [0x22b8, { name: 'Motorola', modes: new Map([[0x2e80, fastboot]]), isPhone: anything }],
  [0x2e04, { name: 'HMD', modes: nothing, isPhone: anything }],
]);

/** A phone or tablet by what it says on the bus; null for everything else. `trouble`: what to do with it, in words. */
export function knownPhone(vid: number, pid: number): { mode: Mode; trouble: string } | null {
  const vendor = vendors.get(vid);
  const known = vendor?.modes.get(pid);
  if (!vendor || (!known && !vendor.isPhone(pid))) return null;
  if (known)
    return {
      mode: known.mode,
      trouble: `A device (${vendor.name}) is ${known.state}: it cannot be read like this. Start its system, then it is read by itself.`,
    };
  const how =
    vendor.name === 'Apple'
      ? 'Unlock it and trust this computer.'
      : 'Unlock it, switch on USB debugging and allow this computer.';
  return { mode: 'normal', trouble: `A device (${vendor.name}) is plugged in and does not talk to the bench. ${how}` };
}
