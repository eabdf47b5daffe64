import { Button } from '@mantine/core';
import type { JobId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import { deviceTitle } from '../../ui/fact.tsx';
import { IdentifierList } from '../../ui/identifier-list.tsx';
import { JobLine } from './job-line.tsx';
import type { NextStep } from './next-step.ts';

type Props = { job: Job; next: NextStep | null; selected: boolean; onOpenJob: (jobId: JobId) => void };

/** An open job whose device is elsewhere: on the shelf, dead, or waiting for a cable. */
export function WaitingJobTile({ job, next, selected, onOpenJob }: Props) {
  const title = deviceTitle(job);
  const label = next?.label ?? 'Show the job';
  return (
    <li className="tile" data-tile data-selected={selected}>
      <div className="tile-head">
        <h3>{title}</h3>
      </div>
      <IdentifierList ids={job.identifiers} />
      <JobLine job={job} />
      <div className="tile-buttons">
        <Button
          px="sm"
          variant="default"
          onClick={() => onOpenJob(job.id)}
          aria-label={`${label}: ${job.ticket}, ${title}`}
        >
          {label}
        </Button>
      </div>
    </li>
  );
}
