import { Button, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { Choice } from '../../ui/choice.tsx';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import type { JobFormProps } from './job-form.ts';

const outcomes = { passed: 'No data found', failed: 'Data found or doubt' } as const;

/** The independent look at an erased device that was drawn for sampling; not by the person who erased it. */
export function SampleForm({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [outcome, setOutcome] = useState<keyof typeof outcomes | null>(null);
  const [method, setMethod] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (outcome === null) return;
    const passed = outcome === 'passed';
    void run(async () => onJob(await api['jobs.verify_sample']({ jobId: job.id, passed, method })));
  }

  return (
    <form onSubmit={submit} aria-label="Sampling verification" className="sunken">
      <Stack gap="sm">
        <p className="flush">
          This job was drawn for sampling. Somebody who did not erase the device checks it independently.
        </p>
        <Choice label="Result of the check" options={outcomes} value={outcome} onChange={setOutcome} />
        <Textarea
          label="How was it checked?"
          required
          minLength={3}
          maxLength={5000}
          value={method}
          onChange={event => setMethod(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Button type="submit" loading={busy}>
          Record the verification
        </Button>
      </Stack>
    </form>
  );
}
