import type { Presence } from '../devices/adapter.ts';
import type { Why } from '../devices/told.ts';

/** Why a phone that is paired, or not yet, cannot be read. */
export type Refusal = 'unpaired' | 'locked' | 'pending' | 'denied' | 'stale';

/** libimobiledevice's codes of lockdown. */
const refusalCodes: ReadonlyMap<number, Refusal> = new Map([
  [-17, 'locked'],
  [-18, 'denied'],
  [-19, 'pending'],
  [-20, 'stale'],
  [-21, 'stale'],
]);

export const refusalOf = (code: number | null): Refusal | null => refusalCodes.get(code ?? 0) ?? null;

type Condition = { presence: Presence; why: Why; trouble: string };

/** What each refusal means to the operator, and to a fact. */
export const refusals: Readonly<Record<Refusal, Condition>> = {
  unpaired: {
    presence: 'unauthorized',
    why: 'denied',
    trouble: 'Unlock the device, tap Trust and enter its code. If it does not ask, unplug it and plug it in again.',
  },
  pending: { presence: 'unauthorized', why: 'denied', trouble: 'Tap Trust on the device and enter its code.' },
  denied: {
    presence: 'unauthorized',
    why: 'denied',
    trouble: 'The device was told not to trust this computer. Unplug it, plug it in again and tap Trust.',
  },
  locked: { presence: 'locked', why: 'locked', trouble: 'The device is locked. Unlock it with its code.' },
  stale: {
    presence: 'unauthorized',
    why: 'denied',
    trouble: 'The device does not know this computer any more. Unplug it, plug it in again and tap Trust.',
  },
};
