import type { FactName } from '../../../shared/device-facts.ts';
import type { Identifiers } from '../../../shared/devices.ts';

/** How the device presents itself on the cable. */
export type Mode = 'normal' | 'recovery' | 'bootloader' | 'dfu' | 'edl' | 'unknown';
export type Presence = 'present' | 'unauthorized' | 'locked' | 'offline' | 'ready';

/** One thing seen on one connector. Events are hints; the newest list of sightings is the truth. */
export type Sighting = {
  /** Name of the adapter that sees it: `serial`, `virtual`, … */
  adapter: string;
  /** New for each attach, and no other adapter's: a replugged or re-enumerated device gets another. */
  epoch: string;
  /** USB bus path ('1-1.3') or another stable name of the connector. */
  portPath: string;
  usb?: { vid: number; pid: number; serial?: string };
  mode: Mode;
  presence: Presence;
  /** Why nothing can be done with it yet, in words for the operator (a line that is busy, say). */
  trouble?: string;
};

/** A value the device told, with its source and raw text, or why it is not known. Absence is never a clean result. */
export type Fact<T> =
  | { ok: true; value: T; source: string; raw: string; at: number }
  | { ok: false; why: 'unsupported' | 'denied' | 'locked' | 'timeout' | 'gone' | 'malformed' };

/** What was asked beyond the rest of an identity read; a name that is missing was not asked for. */
export type DeviceFacts = Readonly<Partial<Record<FactName, Fact<string | number>>>>;

/** What an identity read yields. `identifiers` holds only values that were read; a bad check digit is kept and flagged. */
export type IdentityRead = {
  identifiers: Identifiers;
  manufacturer: Fact<string>;
  model: Fact<string>;
  revision: Fact<string>;
  /** Percent. */
  batteryLevel: Fact<number>;
  /** Whether the device is in its set-up state (as new), where the protocol can tell. */
  setupState: Fact<'setup' | 'in_use'>;
  /** Number of accounts left on the device, where the protocol can tell. */
  accounts: Fact<number>;
  facts: DeviceFacts;
};

/** One conversation with one epoch of one device, with one owner. `close` is bounded and may be called twice. */
export type DeviceSession = {
  readonly epoch: string;
  /** Resolves with a reason when the device goes away. */
  readonly gone: Promise<string>;
  /**
   * Reads identity from the device, never from a cache. Rejects with `device_silent` when nothing answers within
   * `timeoutMs` and with `device_lost` when the device goes away meanwhile.
   */
  identify(options: { timeoutMs: number; signal: AbortSignal }): Promise<IdentityRead>;
  close(): Promise<void>;
};

/** One protocol by which devices reach the bench. */
export type DeviceAdapter = {
  readonly name: string;
  /** Why this adapter sees no device at all, in words for the operator; null while it works. */
  trouble?(): string | null;
  /** Calls back with the full list of what is attached, at once and after each change, until the signal aborts. */
  watch(onChange: (sightings: Sighting[]) => void, signal: AbortSignal): void;
  /** Opens the very epoch given; rejects with `device_lost` when that epoch is over, `port_unavailable` when refused. */
  open(sighting: Sighting, signal: AbortSignal): Promise<DeviceSession>;
  close(): Promise<void>;
};
