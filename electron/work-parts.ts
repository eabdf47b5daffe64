import { createDiagnosis, type DiagnosisDeps } from './features/jobs/diagnosis.ts';
import { createErase, type EraseDeps } from './features/jobs/erase.ts';

/** What the tool does to devices for their jobs: erasing and testing. */
export function createWorkParts(deps: EraseDeps & DiagnosisDeps) {
  const erase = createErase(deps);
  const diagnosis = createDiagnosis(deps);
  return {
    ...erase,
    handlers: { ...erase.handlers, ...diagnosis.handlers },
    async close() {
      await diagnosis.close();
      await erase.close();
    },
  };
}
