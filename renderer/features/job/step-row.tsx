import { Button, Group, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { resultTones } from '../../ui/tones.ts';
import { resultWords, stepWords } from '../../ui/words.ts';

type Props = { job: Job; step: Job['steps'][number]; disabled: boolean; onJob: (job: Job) => void };

/** One test: pass and fail are one press, a skip asks why. */
export function StepRow({ job, step, disabled, onJob }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [skipping, setSkipping] = useState(false);
  const [reason, setReason] = useState('');
  const name = stepWords[step.id];

  async function record(result: 'pass' | 'fail' | 'skip'): Promise<void> {
    const input = { jobId: job.id, stepId: step.id, result };
    onJob(await api['jobs.record_step'](result === 'skip' ? { ...input, reason } : input));
    setSkipping(false);
    setReason('');
  }

  function submitSkip(event: FormEvent): void {
    event.preventDefault();
    void run(() => record('skip'));
  }

  const press = { disabled: disabled || busy, variant: 'default', px: 'sm' } as const;
  return (
    <li className="step">
      <div className="step-row">
        <div className="step-name">
          <strong>{name}</strong>
          <StatusMark tone={resultTones[step.result]}>
            {resultWords[step.result]}
            {!step.mandatory && step.result === 'pending' && ', optional'}
          </StatusMark>
        </div>
        <Group gap={6} role="group" aria-label={name} wrap="nowrap">
          <Button {...press} aria-pressed={step.result === 'pass'} onClick={() => void run(() => record('pass'))}>
            Pass
          </Button>
          <Button {...press} aria-pressed={step.result === 'fail'} onClick={() => void run(() => record('fail'))}>
            Fail
          </Button>
          <Button {...press} aria-expanded={skipping} onClick={() => setSkipping(!skipping)}>
            Skip
          </Button>
        </Group>
      </div>
      {skipping && (
        <form className="step-skip" onSubmit={submitSkip}>
          <TextInput
            label={`Why is “${name}” skipped?`}
            required
            minLength={3}
            autoFocus
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy}>
            Record the skip
          </Button>
        </form>
      )}
      <ErrorAlert error={error} />
    </li>
  );
}
