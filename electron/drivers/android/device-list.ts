import type { Mode, Presence } from '../devices/adapter.ts';

/** One line of `adb devices -l`. */
export type AdbDevice = {
  /** What names it to the adb server alone: two phones may tell one serial. */
  transportId: string;
  serial: string;
  /** The server's word: `device`, `unauthorized`, `offline`, `recovery`, … */
  state: string;
  /** Bus path ('1-1.3') where the server tells it; else the address it was reached at. */
  portPath: string;
  usb: boolean;
};

const tagged = /\s(?:usb|product|model|device|transport_id):/;

/** The devices of a list; a line without transport id is none. */
export function parseDeviceList(text: string): AdbDevice[] {
  return text.split('\n').flatMap(line => {
    const transportId = /\stransport_id:(\d+)/.exec(line)?.[1];
    const [, serial, rest] = /^(\(no serial number\)|\S+)\s+(.*)$/.exec(line) ?? [];
    if (transportId === undefined || serial === undefined || rest === undefined) return [];
    const state = ` ${rest}`.split(tagged)[0]?.trim() ?? '';
    const path = /\susb:(\S+)/.exec(` ${rest}`)?.[1];
    return [{ transportId, serial, state, portPath: path ?? serial, usb: path !== undefined }];
  });
}

export type AdbCondition = { mode: Mode; presence: Presence; trouble?: string };

const conditions: Readonly<Record<string, AdbCondition>> = {
  device: { mode: 'normal', presence: 'ready' },
  unauthorized: {
    mode: 'normal',
    presence: 'unauthorized',
    trouble: 'Unlock the phone and allow USB debugging for this bench.',
  },
  offline: {
    mode: 'normal',
    presence: 'offline',
    trouble: 'The phone is connected but does not talk. Unplug it, wait a moment and plug it in again.',
  },
  recovery: { mode: 'recovery', presence: 'present', trouble: 'The phone is in recovery mode. Restart it to read it.' },
  sideload: {
    mode: 'recovery',
    presence: 'present',
    trouble: 'The phone waits for an update file in recovery mode. Restart it to read it.',
  },
  rescue: { mode: 'recovery', presence: 'present', trouble: 'The phone is in rescue mode. Restart it to read it.' },
  bootloader: {
    mode: 'bootloader',
    presence: 'present',
    trouble: 'The phone is in its bootloader. Restart it to read it.',
  },
};

/** What a state of the adb server means to the bench; one it has not heard of is trouble, never ready. */
export function conditionOf(state: string): AdbCondition {
  const known = conditions[state];
  if (known) return known;
  if (state === 'connecting' || state === 'authorizing')
    return { mode: 'normal', presence: 'present', trouble: 'The phone is being connected.' };
  if (state.startsWith('no permissions'))
    return {
      mode: 'unknown',
      presence: 'offline',
      trouble: 'This computer may not open the phone. Install the udev rules that come with the bench.',
    };
  return { mode: 'unknown', presence: 'present', trouble: 'The phone is in a state that the bench does not know.' };
}
