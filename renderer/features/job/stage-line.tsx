import { IconCheck } from '@tabler/icons-react';
import type { Job, JobState } from '../../../shared/jobs.ts';
import { jobStateWords } from '../../ui/words.ts';

const stages: readonly JobState[] = ['intake', 'reset', 'functional', 'qc', 'completed'];

/** The stages of a job in a row; the present one is marked. On hold or failed, no stage is. */
export function StageLine({ job }: { job: Job }) {
  const here = stages.indexOf(job.state);
  return (
    <ol className="stages">
      {stages.map((stage, index) => {
        const done = here > index || job.state === 'completed';
        return (
          <li key={stage} data-done={done} aria-current={index === here ? 'step' : undefined}>
            <span className="stage-sign" aria-hidden>
              {done ? <IconCheck size={18} /> : index + 1}
            </span>
            {jobStateWords[stage]}
            {done && <span className="unseen"> (done)</span>}
          </li>
        );
      })}
    </ol>
  );
}
