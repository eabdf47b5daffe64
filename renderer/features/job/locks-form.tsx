import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Job, LockKind, type Locks } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { Choice } from '../../ui/choice.tsx';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { lockStateWords, lockWords } from '../../ui/words.ts';
import { AskLocks } from './ask-locks.tsx';
import type { JobFormProps } from './job-form.ts';

export function LocksForm({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [changed, setChanged] = useState<Partial<Locks>>({});
  const locks = { ...job.locks, ...changed };

  async function record(): Promise<void> {
    onJob(await api['jobs.record_locks']({ jobId: job.id, locks }));
    setChanged({});
  }

  /** What somebody chose and did not record yet gives way to what the tool found. */
  function answered(next: Job, decided: LockKind[]): void {
    onJob(next);
    setChanged(before =>
      Object.fromEntries(Object.entries(before).filter(([kind]) => !decided.some(taken => taken === kind))),
    );
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(record);
  }

  return (
    <form onSubmit={submit} aria-label="Locks" className="sunken">
      <Stack gap="sm">
        <AskLocks job={job} onAnswer={answered} />
        {LockKind.options.map(kind => (
          <Choice
            key={kind}
            label={lockWords[kind]}
            options={lockStateWords}
            value={locks[kind]}
            onChange={state => setChanged(before => ({ ...before, [kind]: state }))}
          />
        ))}
        <ErrorAlert error={error} />
        <Button type="submit" variant="default" loading={busy} disabled={Object.keys(changed).length === 0}>
          {Object.keys(changed).length === 0 ? 'Locks are as recorded' : 'Record the locks'}
        </Button>
      </Stack>
    </form>
  );
}
