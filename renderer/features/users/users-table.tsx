import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import type { Operator } from '../../../shared/users.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { roleWords } from '../../ui/words.ts';

type Props = { users: readonly Operator[]; onChanged: () => void };

export function UsersTable({ users, onChanged }: Props) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Role</th>
          <th scope="col">Account</th>
          <th scope="col">Added</th>
          <th scope="col">
            <span className="unseen">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {users.map(user => (
          <UserRow key={user.id} user={user} onChanged={onChanged} />
        ))}
      </tbody>
    </table>
  );
}

function UserRow({ user, onChanged }: { user: Operator; onChanged: () => void }) {
  const { session } = useBench();
  return (
    <tr>
      <td>
        <strong>{user.name}</strong>
      </td>
      <td>{roleWords[user.role]}</td>
      <td>
        <StatusMark tone={user.active ? 'good' : 'stopped'}>{user.active ? 'Active' : 'Deactivated'}</StatusMark>
      </td>
      <td>{fullTime(user.createdAt)}</td>
      <td>{user.active && user.id !== session.operatorId && <DeactivateButton user={user} onChanged={onChanged} />}</td>
    </tr>
  );
}

function DeactivateButton({ user, onChanged }: { user: Operator; onChanged: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [sure, setSure] = useState(false);

  async function deactivate(): Promise<void> {
    await api['users.deactivate']({ operatorId: user.id });
    onChanged();
  }

  if (!sure) {
    return (
      <Button variant="default" aria-label={`Deactivate ${user.name}`} onClick={() => setSure(true)}>
        Deactivate
      </Button>
    );
  }
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Button color="red" loading={busy} autoFocus onClick={() => void run(deactivate)}>
          Yes, deactivate {user.name}
        </Button>
        <Button variant="default" onClick={() => setSure(false)}>
          Cancel
        </Button>
      </Group>
      <ErrorAlert error={error} />
    </>
  );
}
