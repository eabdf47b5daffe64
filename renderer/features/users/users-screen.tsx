import { useMemo } from 'react';
import { useBench, useCan } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Page } from '../../ui/page.tsx';
import { AddUserForm } from './add-user-form.tsx';
import { PolicyCard } from './policy-card.tsx';
import { UsersTable } from './users-table.tsx';

export function UsersScreen() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['users.list']() }), [api]);
  const { value: users, error, reload } = useLive(source);
  return (
    <Page title="Users">
      <ErrorAlert error={error} />
      {users !== null && <UsersTable users={users} onChanged={reload} />}
      {can('user.manage') && <AddUserForm onAdded={reload} />}
      {can('station.manage') && <PolicyCard />}
    </Page>
  );
}
