import { createContext, type ReactNode, use, useMemo } from 'react';
import type { Evidence } from '../../../shared/evidence.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { type Live, useLive } from '../../state/use-live.ts';

const EvidenceContext = createContext<Live<Evidence[]> | null>(null);

/** The evidence of one job for every part of its panel. */
export function EvidenceProvider({ job, children }: { job: Job; children: ReactNode }) {
  const { api } = useBench();
  const { id: jobId } = job;
  const source = useMemo(
    () => ({
      load: () => api['evidence.list']({ jobId }),
    }),
    [api, jobId],
  );
  return <EvidenceContext value={useLive(source)}>{children}</EvidenceContext>;
}

export function useEvidence(): Live<Evidence[]> {
  const evidence = use(EvidenceContext);
  if (evidence === null) throw new Error('useEvidence is used outside EvidenceProvider');
  return evidence;
}
