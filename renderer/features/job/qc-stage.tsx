import { Button, Stack } from '@mantine/core';
import { LockKind } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { lockTones, resultTones } from '../../ui/tones.ts';
import { lockStateWords, lockWords, resultWords } from '../../ui/words.ts';
import type { JobFormProps } from './job-form.ts';
import { LocksForm } from './locks-form.tsx';
import { ReasonForm } from './reason-form.tsx';
import { SampleForm } from './sample-form.tsx';

export function QcStage({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const canWaive = job.actions.includes('waive_lock') && can('job.waive');
  const locked = LockKind.options.filter(kind => job.locks[kind] === 'locked' && !job.waivedLocks.includes(kind));
  return (
    <Stack gap="md">
      <QcFacts job={job} />
      {job.actions.includes('verify_sample') && can('job.qc') && <SampleForm job={job} onJob={onJob} />}
      {canWaive &&
        locked.map(lock => (
          <ReasonForm
            key={lock}
            title={`Waive: ${lockWords[lock]}`}
            label="Why may it pass locked?"
            submitWords="Waive this lock"
            onSubmit={async reason => onJob(await api['jobs.waive_lock']({ jobId: job.id, lock, reason }))}
          />
        ))}
      {job.actions.includes('record_locks') && can('job.work') && (
        <details className="fold">
          <summary>Correct the locks</summary>
          <LocksForm job={job} onJob={onJob} />
        </details>
      )}
      <ErrorAlert error={error} />
      {job.actions.includes('sign_off') && can('job.qc') && (
        <Button
          size="lg"
          loading={busy}
          onClick={() => void run(async () => onJob(await api['jobs.sign_off']({ jobId: job.id })))}
        >
          Sign off
        </Button>
      )}
      {job.actions.includes('reject') && can('job.qc') && (
        <ReasonForm
          title="Reject to rework"
          label="What must be done again?"
          submitWords="Reject"
          onSubmit={async reason => onJob(await api['jobs.reject']({ jobId: job.id, reason }))}
        />
      )}
    </Stack>
  );
}

function QcFacts({ job }: { job: JobFormProps['job'] }) {
  return (
    <div className="qc-facts">
      <ul>
        {job.steps.map(step => (
          <li key={step.id}>
            <StatusMark tone={resultTones[step.result]}>
              {step.label}: {resultWords[step.result]}
            </StatusMark>
          </li>
        ))}
      </ul>
      <ul>
        {LockKind.options.map(kind => (
          <li key={kind}>
            <StatusMark tone={lockTones[job.locks[kind]]}>
              {lockWords[kind]}: {lockStateWords[job.locks[kind]]}
              {job.waivedLocks.includes(kind) && ', waived'}
            </StatusMark>
          </li>
        ))}
      </ul>
    </div>
  );
}
