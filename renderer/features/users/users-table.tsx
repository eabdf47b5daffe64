import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Invitation, Operator } from '../../../shared/users.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { roleWords } from '../../ui/words.ts';
import { InvitationCode } from './invitation-code.tsx';
import { UserActs } from './user-acts.tsx';

type Props = { users: readonly Operator[]; onChanged: () => void };

export function UsersTable({ users, onChanged }: Props) {
  const [invitation, setInvitation] = useState<Invitation | null>(null);
  return (
    <>
      {invitation !== null && <InvitationCode invitation={invitation} onDone={() => setInvitation(null)} />}
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">Account</th>
            <th scope="col">Second factor</th>
            <th scope="col">Last sign-in</th>
            <th scope="col">
              <span className="unseen">Acts</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {users.map(user => (
            <UserRow key={user.id} user={user} onChanged={onChanged} onInvited={setInvitation} />
          ))}
        </tbody>
      </table>
    </>
  );
}

type RowProps = { user: Operator; onChanged: () => void; onInvited: (invitation: Invitation) => void };

function UserRow({ user, onChanged, onInvited }: RowProps) {
  const { session } = useBench();
  const can = useCan();
  const other = user.active && user.id !== session.operatorId;
  return (
    <tr>
      <td>
        <strong>{user.name}</strong>
      </td>
      <td>{roleWords[user.role]}</td>
      <td>
        <AccountState user={user} />
      </td>
      <td>{user.secondFactor ? 'Set up' : '–'}</td>
      <td>{user.lastSignInAt === null ? 'Never' : fullTime(user.lastSignInAt)}</td>
      <td>
        {other && user.locked && <UnlockButton user={user} onChanged={onChanged} />}
        {other && can('user.manage') && <UserActs user={user} onChanged={onChanged} onInvited={onInvited} />}
      </td>
    </tr>
  );
}

function AccountState({ user }: { user: Operator }) {
  if (!user.active) return <StatusMark tone="stopped">Deactivated</StatusMark>;
  if (user.locked) return <StatusMark tone="stopped">Locked after failed attempts</StatusMark>;
  if (user.invitedUntil !== null) return <StatusMark tone="attention">Has a one-time code</StatusMark>;
  return <StatusMark tone="good">Active</StatusMark>;
}

function UnlockButton({ user, onChanged }: Omit<RowProps, 'onInvited'>) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  return (
    <>
      <Button
        loading={busy}
        aria-label={`Unlock ${user.name}`}
        onClick={() => void run(() => api['users.unlock']({ operatorId: user.id }).then(onChanged))}
      >
        Unlock
      </Button>
      <ErrorAlert error={error} />
    </>
  );
}
