import { Button, Stack } from '@mantine/core';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { HandOverForm } from './hand-over-form.tsx';
import type { JobFormProps } from './job-form.ts';
import { ReasonForm } from './reason-form.tsx';

/** What can be done at almost any stage: hold, release, hand over, fail. */
export function OtherActions({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  return (
    <Stack gap="xs">
      {job.actions.includes('release') && can('job.release') && (
        <Button
          size="lg"
          loading={busy}
          onClick={() => void run(async () => onJob(await api['jobs.release']({ jobId: job.id })))}
        >
          Release from hold
        </Button>
      )}
      {job.state === 'on_hold' && !can('job.release') && <p>A supervisor or the site admin releases the hold.</p>}
      <ErrorAlert error={error} />
      {job.actions.includes('hold') && can('job.hold') && (
        <ReasonForm
          title="Put on hold"
          label="Why is it put on hold?"
          submitWords="Put on hold"
          onSubmit={async reason => onJob(await api['jobs.hold']({ jobId: job.id, reason }))}
        />
      )}
      {job.actions.includes('hand_over') && can('job.hand_over') && <HandOverForm job={job} onJob={onJob} />}
      {job.actions.includes('fail') && can('job.work') && (
        <ReasonForm
          title="Fail the job"
          label="Why does the job end here? This cannot be undone."
          submitWords="Fail the job for good"
          onSubmit={async reason => onJob(await api['jobs.fail']({ jobId: job.id, reason }))}
        />
      )}
    </Stack>
  );
}
