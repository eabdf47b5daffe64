import { useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { asBenchError } from './as-bench-error.ts';
import { useStepUp } from './step-up.tsx';

export type Action = {
  busy: boolean;
  error: BenchError | null;
  /** Does the work; a failure lands in `error` and answers false. Asks for the password again where the act needs it. */
  run(work: () => Promise<unknown>): Promise<boolean>;
  clear(): void;
};

/** One thing a person can set off: busy while it runs, its failure kept until the next try. */
export function useAction(): Action {
  const askStepUp = useStepUp();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<BenchError | null>(null);

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (failure) {
      if (asBenchError(failure).code !== 'step_up_needed' || !(await askStepUp())) throw failure;
      await work();
    }
  }

  return {
    busy,
    error,
    clear: () => setError(null),
    async run(work) {
      setBusy(true);
      setError(null);
      try {
        await attempt(work);
        return true;
      } catch (failure) {
        setError(asBenchError(failure));
        return false;
      } finally {
        setBusy(false);
      }
    },
  };
}
