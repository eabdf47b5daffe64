import { z } from 'zod';
import { ShownFactLine } from './device-facts.ts';
import { DeviceId, JobId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';

/** Luhn check over decimal digits, check digit last. */
export function luhnValid(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** `valid` 15 digits and Luhn holds; `bad_check_digit` 15 digits and it does not; `imeisv` 16 digits, no check digit. */
export function judgeImei(raw: string): 'valid' | 'bad_check_digit' | 'imeisv' | 'malformed' {
  if (/^\d{16}$/.test(raw)) return 'imeisv';
  if (!/^\d{15}$/.test(raw)) return 'malformed';
  return luhnValid(raw) ? 'valid' : 'bad_check_digit';
}

/** What a device says about itself, raw as read. Two devices with equal identifiers are two until told otherwise. */
export const Identifiers = z.object({
  serial: z.string().min(1).max(128).nullable(),
  imei: z.array(z.string().min(1).max(32)).max(2),
  meid: z.string().min(1).max(32).nullable(),
  eid: z.string().min(1).max(64).nullable(),
});
export type Identifiers = z.infer<typeof Identifiers>;

export const noIdentifiers: Identifiers = { serial: null, imei: [], meid: null, eid: null };

/** True when at least one value names one physical unit. */
export function hasIdentifier(ids: Identifiers): boolean {
  return ids.serial !== null || ids.imei.length > 0 || ids.meid !== null || ids.eid !== null;
}

export const DeviceState = z.enum(['attached', 'identifying', 'ready', 'busy', 'unidentified', 'lost']);
export type DeviceState = z.infer<typeof DeviceState>;

/** A fact on the screen: the value as text, or why it is not known. */
export const ShownFact = z.object({ value: z.string().nullable(), why: z.string().nullable() });
export type ShownFact = z.infer<typeof ShownFact>;

export const Device = z.object({
  id: DeviceId,
  state: DeviceState,
  adapter: z.string(),
  /** Connector it is plugged in at, as the system calls it. */
  portPath: z.string(),
  /** What operators call this connector; null until one named it, and for roles without `pii.read`. */
  connector: z.string().nullable(),
  mode: z.string(),
  manufacturer: ShownFact,
  model: ShownFact,
  revision: ShownFact,
  batteryLevel: ShownFact,
  /** Masked for roles without `pii.read`. */
  identifiers: Identifiers,
  imeiFlag: z.enum(['valid', 'bad_check_digit', 'imeisv', 'malformed']).nullable(),
  /** Open job of this device, if any. */
  jobId: JobId.nullable(),
  /** What stands between the device and work, in words; null when nothing does. */
  trouble: z.string().nullable(),
});
export type Device = z.infer<typeof Device>;

export const deviceMethods = {
  'devices.list': { input: z.undefined(), output: z.array(Device), access: 'bench.read' },
  /** Everything the last read told and could not tell; identifiers without their values. */
  'devices.facts': { input: z.object({ deviceId: DeviceId }), output: z.array(ShownFactLine), access: 'bench.read' },
  /** Calls the connector that the device is on by this name from now on; null takes its name away. */
  'devices.name_connector': {
    input: z.object({
      deviceId: DeviceId,
      name: z
        .string()
        .trim()
        .min(1)
        .max(40)
        .regex(/^[^\p{C}]*$/u)
        .nullable(),
    }),
    output: Device,
    access: 'job.work',
  },
  'devices.identify': { input: z.object({ deviceId: DeviceId }), output: Device, access: 'job.work' },
} as const satisfies MethodSpecs;

export const deviceEvents = { 'device.changed': Device } as const satisfies EventSpecs;
