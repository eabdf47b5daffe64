import { Button, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Role } from '../../../shared/permissions.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { roleWords } from '../../ui/words.ts';

const roles = Role.options.map(value => ({ value, label: roleWords[value] }));

export function AddUserForm({ onAdded }: { onAdded: () => void }) {
  const { api } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('technician');
  const [password, setPassword] = useState('');

  async function add(): Promise<void> {
    await api['users.add']({ name, role, password });
    tell(`${name} can sign in now.`);
    setName('');
    setPassword('');
    onAdded();
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(add);
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
        <PasswordInput
          label="First password"
          description="At least 12 characters"
          required
          minLength={12}
          autoComplete="new-password"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Add the user
        </Button>
      </form>
      <ErrorAlert error={error} />
    </Card>
  );
}
