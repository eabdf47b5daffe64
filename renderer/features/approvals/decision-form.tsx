import { Button, Group, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Approval } from '../../../shared/approvals.ts';
import { hasFactor } from '../../../shared/identity.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';
import { ProofFields } from '../../ui/proof-fields.tsx';

const decisions = { approve: 'approved', deny: 'denied' } as const;

/** Approve or deny, with a reason and the password given for this very decision. */
export function DecisionForm({ approval }: { approval: Approval }) {
  const { api, session } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();
  const [reason, setReason] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState(hasFactor(session) ? '' : null);

  async function decide(decision: keyof typeof decisions): Promise<void> {
    await api['approvals.decide']({
      approvalId: approval.id,
      decision,
      reason,
      password,
      ...(code === null ? {} : { code }),
    });
    tell(`The bypass of ${approval.ticket} is ${decisions[decision]}.`);
  }

  function clear(): void {
    setPassword('');
    setCode(before => (before === null ? null : ''));
  }

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const decision = submitter?.getAttribute('value') === 'approve' ? 'approve' : 'deny';
    void run(() => decide(decision)).finally(clear);
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
        <ProofFields
          passwordLabel="Your password"
          password={password}
          onPassword={setPassword}
          code={code}
          onCode={setCode}
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
