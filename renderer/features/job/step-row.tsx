import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Limit } from '../../../shared/checklists.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { resultTones } from '../../ui/tones.ts';
import { resultWords } from '../../ui/words.ts';

function limitWords({ unit, min, max }: Limit): string {
  if (min !== null && max !== null) return `${min} to ${max} ${unit}`;
  return min === null ? `at most ${max} ${unit}` : `at least ${min} ${unit}`;
}

type Props = { job: Job; step: Job['steps'][number]; disabled: boolean; onJob: (job: Job) => void };

/** One test: pass and fail are one press, a skip asks why. */
export function StepRow({ job, step, disabled, onJob }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [skipping, setSkipping] = useState(false);
  const [reason, setReason] = useState('');
  const [measured, setMeasured] = useState<number | string>('');
  const { label: name, limit } = step;

  async function record(result: 'pass' | 'fail' | 'skip'): Promise<void> {
    const taken = limit && typeof measured === 'number' && result !== 'skip';
    onJob(
      await api['jobs.record_step']({
        jobId: job.id,
        stepId: step.id,
        result,
        ...(result === 'skip' ? { reason } : {}),
        ...(taken ? { measurement: { value: measured, unit: limit.unit } } : {}),
      }),
    );
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
        {limit && (
          <NumberInput
            aria-label={`${name}, ${limit.unit}`}
            description={limitWords(limit)}
            inputWrapperOrder={['input', 'description']}
            w={130}
            hideControls
            suffix={` ${limit.unit}`}
            value={measured}
            disabled={disabled}
            onChange={setMeasured}
          />
        )}
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
