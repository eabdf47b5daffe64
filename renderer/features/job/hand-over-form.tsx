import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { saveText } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import type { JobFormProps } from './job-form.ts';

/** Ends the job here for good and saves the file by which another station of the site goes on with it. */
export function HandOverForm({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [target, setTarget] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      const named = target.trim() === '' ? {} : { target };
      const { fileName, content } = await api['handover.give']({ jobId: job.id, ...named });
      saveText(content, fileName);
      onJob(await api['jobs.get']({ jobId: job.id }));
    });
  }

  return (
    <details className="fold">
      <summary>Hand over …</summary>
      <form onSubmit={submit} aria-label="Hand over">
        <Stack gap="sm">
          <p>
            The job ends here for good, and a file is saved. Another station of this site takes it in with the device on
            a cable, and starts again after the intake.
          </p>
          <TextInput
            label="To which station?"
            description="For the record; may stay empty"
            maxLength={200}
            value={target}
            onChange={event => setTarget(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Button type="submit" loading={busy}>
            Hand over and save the file
          </Button>
        </Stack>
      </form>
    </details>
  );
}
