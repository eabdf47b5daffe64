import { Button, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Approval } from '../../../shared/approvals.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';

/** Takes an approval back while nobody has used it; folded until wanted. */
export function RevokeForm({ approval }: { approval: Approval }) {
  const { api } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();
  const [reason, setReason] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await api['approvals.revoke']({ approvalId: approval.id, reason });
      tell(`The approval of ${approval.ticket} is revoked.`);
    });
  }

  return (
    <details className="fold">
      <summary>Revoke this approval</summary>
      <form onSubmit={submit} aria-label={`Revoke the approval of ${approval.ticket}`}>
        <Stack gap="sm">
          <Textarea
            label="Why is it taken back?"
            description="At least ten characters. The job goes back to where its erase failed."
            required
            minLength={10}
            maxLength={5000}
            value={reason}
            onChange={event => setReason(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Button type="submit" color="red" loading={busy}>
            Revoke the approval
          </Button>
        </Stack>
      </form>
    </details>
  );
}
