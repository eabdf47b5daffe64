import type { Job } from '../../../shared/jobs.ts';
import { StatusMark } from '../../ui/status-mark.tsx';
import { erasureTones } from '../../ui/tones.ts';
import { checkWords, erasureWords } from '../../ui/words.ts';
import { EraseStage } from './erase-stage.tsx';
import { FunctionalStage } from './functional-stage.tsx';
import { IntakeForm } from './intake-form.tsx';
import type { JobFormProps } from './job-form.ts';
import { QcStage } from './qc-stage.tsx';

/** What is to be done in the present stage. */
export function StageContent({ job, onJob }: JobFormProps) {
  return (
    <section className="stage" aria-label="Present stage">
      <ErasureResult job={job} />
      {job.state === 'intake' && <IntakeForm job={job} onJob={onJob} />}
      {job.state === 'reset' && <EraseStage job={job} onJob={onJob} />}
      {job.state === 'functional' && <FunctionalStage job={job} onJob={onJob} />}
      {job.state === 'qc' && <QcStage job={job} onJob={onJob} />}
      {job.state === 'completed' && job.selfSignedOff && <p>Signed off by the tester, as the site's policy allows.</p>}
      {job.reason !== null && (
        <p className="stage-reason">
          <strong>Last reason given:</strong> {job.reason}
        </p>
      )}
    </section>
  );
}

function ErasureResult({ job: { place, erase } }: { job: Job }) {
  // Until a running erase has ended its status is indeterminate, which would read like an outcome.
  if (erase.status === null || place === 'reset.erasing' || place === 'reset.verifying') return null;
  return (
    <p className="stage-result">
      <StatusMark tone={erasureTones[erase.status]}>Erasure: {erasureWords[erase.status]}</StatusMark>
      {erase.exceptions.length > 0 && (
        <span>Could not be checked: {erase.exceptions.map(name => checkWords[name]).join(', ')}.</span>
      )}
    </p>
  );
}
