import { useMemo } from 'react';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { fullTime } from '../../ui/time.ts';

const newest = 100;

/** What the journal says about this job, oldest first; asked for again when the job changes. */
export function JobJournal({ job: { id: jobId, updatedAt } }: { job: Job }) {
  const { api } = useBench();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a job that changed has new entries.
  const source = useMemo(
    () => ({ load: () => api['journal.list']({ jobId, limit: newest }) }),
    [api, jobId, updatedAt],
  );
  const { value, error } = useLive(source);
  return (
    <details className="fold">
      <summary>Journal of this job</summary>
      <ErrorAlert error={error} />
      <ol className="job-journal">
        {value?.toReversed().map(entry => (
          <li key={entry.seq}>
            <time dateTime={entry.at}>{fullTime(entry.at)}</time> <strong>{entry.type}</strong>{' '}
            <span className="dimmed">{entry.actorName ?? 'the bench'}</span>
          </li>
        ))}
      </ol>
    </details>
  );
}
