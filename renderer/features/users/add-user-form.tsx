import { Button, NativeSelect, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Role } from '../../../shared/permissions.ts';
import type { Invitation } from '../../../shared/users.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { roleWords } from '../../ui/words.ts';
import { InvitationCode } from './invitation-code.tsx';

const roles = Role.options.map(value => ({ value, label: roleWords[value] }));

/** Adds somebody, who chooses the password with the one-time code that is shown here once. */
export function AddUserForm({ onAdded }: { onAdded: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('technician');
  const [invitation, setInvitation] = useState<Invitation | null>(null);

  async function invite(): Promise<void> {
    setInvitation(await api['users.invite']({ name, role }));
    setName('');
    onAdded();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(invite);
  }

  return (
    <Card title="Add a user">
      <form onSubmit={submit} aria-label="Add a user" className="row-form">
        <TextInput
          label="Sign-in name"
          required
          minLength={2}
          maxLength={64}
          autoComplete="off"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <NativeSelect
          label="Role"
          data={roles}
          value={role}
          onChange={event => setRole(Role.parse(event.currentTarget.value))}
        />
        <Button type="submit" loading={busy}>
          Invite
        </Button>
      </form>
      <ErrorAlert error={error} />
      {invitation !== null && <InvitationCode invitation={invitation} onDone={() => setInvitation(null)} />}
    </Card>
  );
}
