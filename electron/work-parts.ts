import { type AskLocksDeps, createAskLocks } from './features/jobs/ask-locks.ts';
import { createDiagnosis, type DiagnosisDeps } from './features/jobs/diagnosis.ts';
import { createErase, type EraseDeps } from './features/jobs/erase.ts';

/** What the tool does to devices for their jobs: erasing, testing and asking about locks. */
export function createWorkParts(deps: EraseDeps & DiagnosisDeps & AskLocksDeps) {
  const erase = createErase(deps);
  const diagnosis = createDiagnosis(deps);
  const locks = createAskLocks(deps);
  return {
    ...erase,
    handlers: { ...erase.handlers, ...diagnosis.handlers, ...locks.handlers },
    async close() {
      await Promise.all([diagnosis.close(), locks.close()]);
      await erase.close();
    },
  };
}
