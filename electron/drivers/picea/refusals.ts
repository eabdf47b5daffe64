import { z } from 'zod';
import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError, type ErrorCode } from '../../../shared/errors.ts';

/** Why a host cannot carry a request out, by code. Every name is an assumption: docs/picea.md. */
const HostErrorCode = z.enum([
  'LICENCE_MISSING',
  'LICENCE_EXPIRED',
  'LICENCE_USED_UP',
  'MODEL_NOT_SUPPORTED',
  'OPERATION_NOT_SUPPORTED',
  'DEVICE_NOT_FOUND',
  'DEVICE_MISMATCH',
  'DEVICE_BUSY',
  'DEVICE_LOST',
  'DEVICE_SILENT',
]);
type HostErrorCode = z.infer<typeof HostErrorCode>;

const advice: Readonly<Record<HostErrorCode, readonly [ErrorCode, string]>> = {
  LICENCE_MISSING: ['tool_unavailable', 'The erasure tool has no licence on this bench. Ask an admin to install one.'],
  LICENCE_EXPIRED: ['tool_unavailable', 'The licence of the erasure tool has run out. Ask an admin to renew it.'],
  LICENCE_USED_UP: [
    'tool_unavailable',
    'The licence of the erasure tool covers no further device. Ask an admin to extend it.',
  ],
  MODEL_NOT_SUPPORTED: [
    'state_refused',
    'The erasure tool does not support this model. Do this step by hand and record it.',
  ],
  OPERATION_NOT_SUPPORTED: [
    'tool_unavailable',
    'The installed erasure tool cannot do this. Do it by hand, or ask an admin for a newer version of the tool.',
  ],
  DEVICE_NOT_FOUND: [
    'device_lost',
    'The erasure tool does not find the device on its connector. Plug it in again and try again.',
  ],
  DEVICE_MISMATCH: [
    'identity_mismatch',
    'The erasure tool worked on a device that is not the one asked for. Nothing of it was taken. Check the cables.',
  ],
  DEVICE_BUSY: ['device_busy', 'The erasure tool works on this device already. Wait until it is done.'],
  DEVICE_LOST: ['device_lost', 'The device went away. Plug it in again and try again.'],
  DEVICE_SILENT: ['device_silent', 'The device does not answer. Unlock it, allow this computer on it and try again.'],
};

/** A refusal as it travels between host and bench; the words may name a device and are kept as the cause alone. */
const HostRefusal = z.object({ code: z.string(), message: z.string() });
type HostRefusal = z.infer<typeof HostRefusal>;

/** The error for a host's refusal: says what to do by its code, and never repeats the host's own words. */
export function refusal(cause: HostRefusal): BenchError {
  const known = HostErrorCode.safeParse(cause.code);
  if (!known.success) {
    const words = `The erasure tool refused (${cause.code}). Look into its own log or licence.`;
    return new BenchError('tool_unavailable', words, { cause });
  }
  const [code, words] = advice[known.data];
  return new BenchError(code, words, { cause });
}

/** What a host tells about `error`: the refusal that it was made from, else its own code and words. */
export function refusalOf(error: unknown): HostRefusal {
  if (!(error instanceof Error)) return { code: 'internal', message: 'unknown' };
  const code = error instanceof BenchError ? error.code : 'internal';
  return HostRefusal.safeParse(error.cause).data ?? { code, message: error.message };
}

/** Throws `identity_mismatch` when `told` has a serial, IMEI, MEID or EID that cannot be of the device that was asked for. */
export function refuseForeign(asked: Identifiers, told: Identifiers): void {
  const kinds = [
    [asked.serial, told.serial],
    [asked.imei, told.imei],
    [asked.meid, told.meid],
    [asked.eid, told.eid],
  ] as const;
  if (kinds.some(([ours, theirs]) => contradicts(valuesOf(ours), valuesOf(theirs))))
    throw refusal({ code: 'DEVICE_MISMATCH', message: 'The result names another device.' });
}

const valuesOf = (value: string | null | readonly string[]) => (value === null ? [] : [value].flat());

/** One side may know fewer values than the other, but no different ones. */
function contradicts(a: readonly string[], b: readonly string[]): boolean {
  return a.some(value => !b.includes(value)) && b.some(value => !a.includes(value));
}
