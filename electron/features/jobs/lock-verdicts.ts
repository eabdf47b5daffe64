import type { CheckAnswer, DeviceCheck } from '../../../shared/diagnostics.ts';
import { LockKind, type LockState, type Locks } from '../../../shared/jobs.ts';
import type { LockVerdicts } from '../../../shared/lock-answers.ts';

/** The check that speaks for a lock. A lock code, a SIM card and root access speak for none of the four. */
const checkFor = { activation: 'find_my' } as const satisfies Partial<Record<LockKind, DeviceCheck>>;

/** What the answers decide; one that is not known decides nothing. */
export function lockVerdicts(checks: Readonly<Record<DeviceCheck, CheckAnswer>>): LockVerdicts {
  const activation = checks[checkFor.activation];
  return activation === 'unknown' ? {} : { activation: activation === 'yes' ? 'locked' : 'clear' };
}

const caution: Readonly<Record<LockState, number>> = { unknown: 0, clear: 1, locked: 2 };

/** The locks after the verdicts: of what was recorded and what was found the more cautious. Only a person takes a lock back. */
export function withVerdicts(locks: Locks, verdicts: LockVerdicts): Locks {
  const state = (kind: LockKind): LockState => {
    const found = verdicts[kind];
    return found && caution[found] > caution[locks[kind]] ? found : locks[kind];
  };
  return { activation: state('activation'), frp: state('frp'), mdm: state('mdm'), blacklist: state('blacklist') };
}

/** The locks whose state differs. */
export const changedLocks = (before: Locks, after: Locks): LockKind[] =>
  LockKind.options.filter(kind => before[kind] !== after[kind]);
