import { CloseButton, Loader } from '@mantine/core';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import type { JobId } from '../../../shared/ids.ts';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { useCan } from '../../state/bench.tsx';
import { useJob } from '../../state/sources.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { deviceTitle } from '../../ui/fact.tsx';
import { IdentifierList } from '../../ui/identifier-list.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { placeTones } from '../../ui/tones.ts';
import { jobPlaceWords } from '../../ui/words.ts';
import { EvidenceProvider } from './evidence.tsx';
import { EvidenceSection } from './evidence-section.tsx';
import { JobHandover } from './job-handover.tsx';
import { JobJournal } from './job-journal.tsx';
import { JobLabel } from './job-label.tsx';
import { JobLot } from './job-lot.tsx';
import { JobReports } from './job-reports.tsx';
import { OtherActions } from './other-actions.tsx';
import { StageContent } from './stage-content.tsx';
import { StageLine } from './stage-line.tsx';

/** One job in full: its stages, what can be done now, and what is on record. Escape closes it. */
export function JobPanel({ jobId, onClose }: { jobId: JobId; onClose: () => void }) {
  const { value: job, error, set } = useJob(jobId);
  const panel = useRef<HTMLElement>(null);
  const place = job?.place;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new stage starts at the top, and the button that led there is gone.
  useEffect(() => {
    panel.current?.scrollTo(0, 0);
    if (document.activeElement === document.body) panel.current?.focus();
  }, [place]);
  useEffect(() => {
    const opener = document.activeElement;
    panel.current?.focus();
    return () => {
      const focusWasInside = document.activeElement === document.body;
      if (focusWasInside && opener instanceof HTMLElement) opener.focus();
    };
  }, []);

  function closeOnEscape(event: KeyboardEvent): void {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose();
  }

  return (
    <aside ref={panel} className="panel" tabIndex={-1} aria-label="Job" onKeyDown={closeOnEscape}>
      <ErrorAlert error={error} />
      {job === null ? (
        error === null && <Loader />
      ) : (
        <EvidenceProvider job={job}>
          <JobContent job={job} onClose={onClose} onJob={set} />
        </EvidenceProvider>
      )}
    </aside>
  );
}

type Props = { job: Job; onClose: () => void; onJob: (job: Job) => void };

function JobContent({ job, onClose, onJob }: Props) {
  const can = useCan();
  return (
    <>
      <div className="panel-head">
        <div>
          <p className="panel-ticket">{job.ticket}</p>
          <h2>{deviceTitle(job)}</h2>
        </div>
        <CloseButton size="xl" aria-label="Close the job" onClick={onClose} />
      </div>
      <IdentifierList ids={job.identifiers} />
      <p className="panel-place" aria-live="polite">
        <StatusMark tone={placeTones[job.place]}>{jobPlaceWords[job.place]}</StatusMark>
        {!job.attached && !isOver(job.state) && <StatusMark tone="stopped">Device not ready on a cable</StatusMark>}
        {job.sampled && (
          <StatusMark tone={job.sampleVerified ? 'good' : 'attention'}>
            {job.sampleVerified ? 'Sample verified' : 'Drawn for sampling'}
          </StatusMark>
        )}
      </p>
      {job.previousTicket !== null && <p className="dimmed">This device was here before as {job.previousTicket}.</p>}
      <JobHandover job={job} />
      <JobLot job={job} />
      <StageLine job={job} />
      <StageContent job={job} onJob={onJob} />
      <OtherActions job={job} onJob={onJob} />
      <EvidenceSection job={job} />
      {can('job.work') && <JobLabel job={job} />}
      {can('report.read') && <JobReports job={job} />}
      {can('journal.read') && <JobJournal job={job} />}
    </>
  );
}
