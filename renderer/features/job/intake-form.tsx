import { Button, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Condition } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { Choice } from '../../ui/choice.tsx';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { housingWords, presenceWords, screenWords } from '../../ui/words.ts';
import type { JobFormProps } from './job-form.ts';

type Answers = { [K in keyof Condition]: Condition[K] | null };

const unanswered: Answers = {
  simCard: null,
  memoryCard: null,
  powersOn: null,
  screen: null,
  housing: null,
  batterySwollen: null,
};

const yesNo = { yes: 'Yes', no: 'No' } as const;
const yesNoOf = (value: boolean | null) => (value === null ? null : value ? 'yes' : 'no');

export function IntakeForm({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const [answers, setAnswers] = useState<Answers>(job.condition ?? unanswered);
  const complete = Condition.safeParse(answers);
  const set = (part: Partial<Answers>) => setAnswers(before => ({ ...before, ...part }));
  const disabled = !job.actions.includes('complete_intake') || !can('job.work');

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!complete.success) return;
    void run(async () => onJob(await api['jobs.complete_intake']({ jobId: job.id, condition: complete.data })));
  }

  return (
    <form onSubmit={submit} aria-label="Intake">
      <Stack gap="sm">
        <Choice
          label="SIM card"
          options={presenceWords}
          value={answers.simCard}
          onChange={simCard => set({ simCard })}
          disabled={disabled}
        />
        <Choice
          label="Memory card"
          options={presenceWords}
          value={answers.memoryCard}
          onChange={memoryCard => set({ memoryCard })}
          disabled={disabled}
        />
        <Choice
          label="Powers on"
          options={yesNo}
          value={yesNoOf(answers.powersOn)}
          onChange={value => set({ powersOn: value === 'yes' })}
          disabled={disabled}
        />
        <Choice
          label="Screen"
          options={screenWords}
          value={answers.screen}
          onChange={screen => set({ screen })}
          disabled={disabled}
        />
        <Choice
          label="Housing"
          options={housingWords}
          value={answers.housing}
          onChange={housing => set({ housing })}
          disabled={disabled}
        />
        <Choice
          label="Battery swollen"
          options={yesNo}
          value={yesNoOf(answers.batterySwollen)}
          onChange={value => set({ batterySwollen: value === 'yes' })}
          disabled={disabled}
        />
        <ErrorAlert error={error} />
        {!disabled && (
          <Button type="submit" size="lg" loading={busy} disabled={!complete.success}>
            {complete.success ? 'Complete intake' : 'Answer every question first'}
          </Button>
        )}
      </Stack>
    </form>
  );
}
