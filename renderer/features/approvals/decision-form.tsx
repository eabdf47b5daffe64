import { Button, Group, PasswordInput, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Approval } from '../../../shared/approvals.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';

const decisions = { approve: 'approved', deny: 'denied' } as const;

/** Approve or deny, with a reason and the password given for this very decision. */
export function DecisionForm({ approval }: { approval: Approval }) {
  const { api } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();
  const [reason, setReason] = useState('');
  const [password, setPassword] = useState('');

  async function decide(decision: keyof typeof decisions): Promise<void> {
    await api['approvals.decide']({ approvalId: approval.id, decision, reason, password });
    tell(`The bypass of ${approval.ticket} is ${decisions[decision]}.`);
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const decision = submitter?.getAttribute('value') === 'approve' ? 'approve' : 'deny';
    void run(() => decide(decision)).finally(() => setPassword(''));
  }

  return (
    <form onSubmit={submit} aria-label={`Decision on ${approval.ticket}`} className="decision">
      <Stack gap="sm">
        <Textarea
          label="Reason for your decision"
          description="At least ten characters, for approval and denial alike."
          required
          minLength={10}
          maxLength={5000}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <PasswordInput
          label="Your password"
          required
          autoComplete="current-password"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Group grow>
          {/* Deny stands first: Enter in the password field uses the first button, and denying can be asked again. */}
          <Button type="submit" size="lg" variant="default" value="deny" disabled={busy}>
            Deny
          </Button>
          <Button type="submit" size="lg" value="approve" loading={busy}>
            Approve
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
