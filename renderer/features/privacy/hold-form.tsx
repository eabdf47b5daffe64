import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** Forbids forgetting and erasing until somebody releases it. */
export function HoldForm({ subject, onDone }: { subject: SubjectId; onDone: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [reason, setReason] = useState('');

  async function hold(): Promise<void> {
    await api['privacy.hold']({ subject, reason });
    setReason('');
    onDone();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(hold);
  }

  return (
    <form onSubmit={submit} aria-label="Legal hold" className="row-form">
      <TextInput
        label="Reason of a legal hold"
        required
        minLength={10}
        maxLength={5000}
        value={reason}
        onChange={event => setReason(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" loading={busy}>
        Put under legal hold
      </Button>
      <ErrorAlert error={error} />
    </form>
  );
}
