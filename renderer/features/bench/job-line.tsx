import { Progress } from '@mantine/core';
import type { Job } from '../../../shared/jobs.ts';
import { StatusMark } from '../../ui/status-mark.tsx';
import { placeTones } from '../../ui/tones.ts';
import { jobPlaceWords } from '../../ui/words.ts';

/** Where a job stands, with the progress of a running erase. */
export function JobLine({ job }: { job: Job }) {
  const running = job.place === 'reset.erasing' || job.place === 'reset.verifying';
  return (
    <div className="job-line">
      <StatusMark tone={placeTones[job.place]}>
        {jobPlaceWords[job.place]}
        {running && (
          <small>
            {job.ticket}
            {job.erase.phase !== null && ` · ${job.erase.phase}`}
          </small>
        )}
      </StatusMark>
      {running && <span className="job-percent">{Math.floor(job.erase.percent ?? 0)} %</span>}
      {!running && <span className="tile-ticket">{job.ticket}</span>}
      {running && (
        <Progress
          className="job-progress"
          size="lg"
          value={job.erase.percent ?? 0}
          aria-label={`Erase of ${job.ticket}`}
          animated
        />
      )}
    </div>
  );
}
