import { Button, Group, Menu } from '@mantine/core';
import { useState } from 'react';
import { Role } from '../../../shared/permissions.ts';
import type { Invitation, Operator } from '../../../shared/users.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { roleWords } from '../../ui/words.ts';

type Props = { user: Operator; onChanged: () => void; onInvited: (invitation: Invitation) => void };
type Act = { question: string; do(): Promise<unknown> };

/** What an admin does to somebody else's account; each act is asked about once more, since it ends their sessions. */
export function UserActs({ user, onChanged, onInvited }: Props) {
  const { api } = useBench();
  const { busy, error, run, clear } = useAction();
  const [act, setAct] = useState<Act | null>(null);
  const operatorId = user.id;

  const reset: Act = {
    question: `Yes, take the password of ${user.name} away`,
    do: async () => onInvited(await api['users.reset']({ operatorId })),
  };
  const removeFactor: Act = {
    question: `Yes, remove the second factor of ${user.name}`,
    do: () => api['users.remove_factor']({ operatorId }),
  };
  const deactivate: Act = {
    question: `Yes, deactivate ${user.name}`,
    do: () => api['users.deactivate']({ operatorId }),
  };
  const changeRole = (role: Role): Act => ({
    question: `Yes, make ${user.name} ${roleWords[role].toLowerCase()}`,
    do: () => api['users.change_role']({ operatorId, role }),
  });

  async function carryOut({ do: work }: Act): Promise<void> {
    await work();
    setAct(null);
    onChanged();
  }

  if (act !== null) {
    return (
      <>
        <Group gap="xs" wrap="nowrap">
          <Button color="red" loading={busy} autoFocus onClick={() => void run(() => carryOut(act))}>
            {act.question}
          </Button>
          <Button
            variant="default"
            onClick={() => {
              clear();
              setAct(null);
            }}
          >
            Cancel
          </Button>
        </Group>
        <ErrorAlert error={error} />
      </>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" aria-label={`Change the account of ${user.name}`}>
          Change …
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {Role.options
          .filter(role => role !== user.role)
          .map(role => (
            <Menu.Item key={role} onClick={() => setAct(changeRole(role))}>
              Make {roleWords[role].toLowerCase()}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item onClick={() => setAct(reset)}>New one-time code</Menu.Item>
        {user.secondFactor && <Menu.Item onClick={() => setAct(removeFactor)}>Remove the second factor</Menu.Item>}
        <Menu.Item onClick={() => setAct(deactivate)}>Deactivate</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
