import type { CheckAnswer, DeviceCheck } from '../../../shared/diagnostics.ts';
import { LockKind, type Locks } from '../../../shared/jobs.ts';

/** The check that speaks for a lock. A lock code, a SIM card and root access speak for none of the four. */
const checkFor = { activation: 'find_my' } as const satisfies Partial<Record<LockKind, DeviceCheck>>;

/**
 * The locks that the answers show to be set. That one is not set no answer shows: a device that was erased may say so and
 * be locked all the same.
 */
export function foundLocked(checks: Readonly<Record<DeviceCheck, CheckAnswer>>): LockKind[] {
  return checks[checkFor.activation] === 'yes' ? ['activation'] : [];
}

/** The locks with these set, whatever was recorded of them. Only a person takes a lock back. */
export function withLocked(locks: Locks, found: readonly LockKind[]): Locks {
  return { ...locks, ...Object.fromEntries(found.map(kind => [kind, 'locked'])) };
}

/** The locks whose state differs. */
export const changedLocks = (before: Locks, after: Locks): LockKind[] =>
  LockKind.options.filter(kind => before[kind] !== after[kind]);
