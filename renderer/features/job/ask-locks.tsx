import { Button, Stack } from '@mantine/core';
import { useState } from 'react';
import { type CheckAnswer, DeviceCheck } from '../../../shared/diagnostics.ts';
import { type Job, LockKind } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { answerTones, lockTones } from '../../ui/tones.ts';
import { answerWords, deviceCheckWords, lockStateWords, lockWords } from '../../ui/words.ts';

type Answer = { checks: Record<DeviceCheck, CheckAnswer>; locked: LockKind[] };
type Props = { job: Job; onAnswer: (job: Job, decided: LockKind[]) => void };

/** Asks the tool about the locks, shows what it answered and what is left for somebody to look at. */
export function AskLocks({ job, onAnswer }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [answer, setAnswer] = useState<Answer | null>(null);

  async function ask(): Promise<void> {
    setAnswer(null);
    const { job: next, ...told } = await api['jobs.ask_locks']({ jobId: job.id });
    setAnswer(told);
    onAnswer(next, told.locked);
  }

  return (
    <Stack gap="xs">
      <Button variant="default" loading={busy} disabled={!job.attached} onClick={() => void run(ask)}>
        Ask the tool
      </Button>
      <div role="status">
        {busy && <p className="dimmed">The tool asks the device. Leave it on its cable.</p>}
        {!busy && !job.attached && <p className="dimmed">To ask the tool, the device has to be ready on its cable.</p>}
        {!busy && answer && <Outcome job={job} answer={answer} />}
      </div>
      <ErrorAlert error={error} />
    </Stack>
  );
}

function Outcome({ job: { locks }, answer: { checks, locked } }: { job: Job; answer: Answer }) {
  const open = LockKind.options.filter(kind => locks[kind] === 'unknown').map(kind => lockWords[kind]);
  return (
    <Stack gap="xs">
      <ul className="tool-answers" aria-label="What the tool answered">
        {DeviceCheck.options.map(check => (
          <li key={check}>
            <StatusMark tone={answerTones[checks[check]]}>
              {deviceCheckWords[check]}: {answerWords[check][checks[check]]}
            </StatusMark>
          </li>
        ))}
      </ul>
      {locked.map(kind => (
        <p key={kind}>
          <StatusMark tone={lockTones[locks[kind]]}>
            {lockWords[kind]}: the tool found it set; it stands as {lockStateWords[locks[kind]].toLowerCase()}.
          </StatusMark>
        </p>
      ))}
      <p>
        {open.length === 0 ? (
          'Every lock was looked at.'
        ) : (
          <strong>Still to be looked at by hand: {open.join(', ')}.</strong>
        )}
      </p>
    </Stack>
  );
}
