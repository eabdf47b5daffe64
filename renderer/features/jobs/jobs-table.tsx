import type { JobId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import { deviceTitle } from '../../ui/fact.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { shortTime } from '../../ui/time.ts';
import { placeTones } from '../../ui/tones.ts';
import { erasureWords, jobPlaceWords } from '../../ui/words.ts';

type Props = { jobs: readonly Job[]; selected: JobId | null; onOpenJob: (jobId: JobId) => void };

export function JobsTable({ jobs, selected, onOpenJob }: Props) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Ticket</th>
          <th scope="col">Device</th>
          <th scope="col">State</th>
          <th scope="col">Erasure</th>
          <th scope="col">Opened</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map(job => (
          <tr key={job.id} data-selected={job.id === selected}>
            <td>
              <button type="button" className="link-button" onClick={() => onOpenJob(job.id)}>
                {job.ticket}
              </button>
            </td>
            <td>{deviceTitle(job)}</td>
            <td>
              <StatusMark tone={placeTones[job.place]}>{jobPlaceWords[job.place]}</StatusMark>
            </td>
            <td>{job.erase.status === null ? '–' : erasureWords[job.erase.status]}</td>
            <td>{shortTime(job.openedAt)}</td>
            <td>{shortTime(job.updatedAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
