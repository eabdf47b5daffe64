import { TlogError } from '../tlog/errors.ts';
import type { Verification, VerificationStep } from '../verification.ts';

/** Collects the steps of one verification in the order in which they were taken. */
export function createSteps() {
  const steps: VerificationStep[] = [];
  const add = (outcome: VerificationStep['outcome']) => (step: string, detail: string) => {
    steps.push({ step, outcome, detail });
  };
  return {
    ok: add('ok'),
    warn: add('warning'),
    fail: add('failed'),
    skip: add('skipped'),
    verification: (): Verification => ({ ok: steps.every(({ outcome }) => outcome !== 'failed'), steps }),
  };
}

export type Steps = ReturnType<typeof createSteps>;

/** What `read` gives, or the fault of what it read; anything but a TlogError goes on upwards. */
export function attempt<T>(read: () => T): { value: T; fault: null } | { value: null; fault: TlogError } {
  try {
    return { value: read(), fault: null };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    return { value: null, fault: error };
  }
}
