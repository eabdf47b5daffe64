import { Button, Stack } from '@mantine/core';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import type { JobFormProps } from './job-form.ts';
import { LocksForm } from './locks-form.tsx';
import { StepRow } from './step-row.tsx';

export function FunctionalStage({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const missing = job.steps.filter(step => step.mandatory && step.result === 'pending').length;
  const canRecord = job.actions.includes('record_step') && can('job.work');
  return (
    <Stack gap="md">
      {canRecord && <AutomaticTests job={job} onJob={onJob} />}
      <ul className="steps">
        {job.steps.map(step => (
          <StepRow key={step.id} job={job} step={step} disabled={!canRecord} onJob={onJob} />
        ))}
      </ul>
      {job.actions.includes('record_locks') && can('job.work') && <LocksForm job={job} onJob={onJob} />}
      <ErrorAlert error={error} />
      {can('job.work') && (
        <Button
          size="lg"
          loading={busy}
          disabled={missing > 0}
          onClick={() => void run(async () => onJob(await api['jobs.finish_functional']({ jobId: job.id })))}
        >
          {missing > 0 ? `${missing} mandatory ${missing === 1 ? 'test' : 'tests'} to go` : 'Finish functional test'}
        </Button>
      )}
    </Stack>
  );
}

/** Lets the tool test what it can; what it cannot decide stays open for somebody to look. */
function AutomaticTests({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  return (
    <Stack gap="xs">
      <Button
        variant="default"
        size="lg"
        loading={busy}
        disabled={!job.attached}
        onClick={() => void run(async () => onJob(await api['jobs.run_diagnostics']({ jobId: job.id })))}
      >
        {busy || job.attached ? 'Run the automatic tests' : 'Plug the device in to run the automatic tests'}
      </Button>
      <p className="dimmed" role="status">
        {busy && 'The tool tests the device. Leave it on its cable, and do what its screen asks for.'}
      </p>
      <ErrorAlert error={error} />
    </Stack>
  );
}
