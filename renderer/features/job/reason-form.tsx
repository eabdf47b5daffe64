import { Button, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

type Props = {
  title: string;
  label: string;
  submitWords: string;
  onSubmit: (reason: string) => Promise<void>;
};

/** An act that needs a reason, folded until wanted. */
export function ReasonForm({ title, label, submitWords, onSubmit }: Props) {
  const { busy, error, run } = useAction();
  const [reason, setReason] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await onSubmit(reason);
      setReason('');
    });
  }

  return (
    <details className="fold">
      <summary>{title}</summary>
      <form onSubmit={submit} aria-label={title}>
        <Stack gap="sm">
          <Textarea
            label={label}
            required
            minLength={3}
            maxLength={5000}
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Button type="submit" loading={busy}>
            {submitWords}
          </Button>
        </Stack>
      </form>
    </details>
  );
}
