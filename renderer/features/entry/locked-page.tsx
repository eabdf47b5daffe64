import { Button, Group, PasswordInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Session } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { BadgeForm } from './badge-form.tsx';
import { EntryCard } from './entry-card.tsx';

type Props = { api: Api; session: Session; onChanged: (session: Session | null) => void };

export function LockedPage({ api, session, onChanged }: Props) {
  const [password, setPassword] = useState('');
  const [byBadge, setByBadge] = useState(session.signedInBy === 'badge');
  const { busy, error, run } = useAction();

  function unlock(event: FormEvent): void {
    event.preventDefault();
    void run(async () => onChanged(await api['identity.unlock']({ password })));
  }

  return (
    <EntryCard title="Locked">
      <Text>
        {session.name} is signed in. What was typed is kept until the screen is unlocked; running erases go on.
      </Text>
      {byBadge && <BadgeForm api={api} onEntered={onChanged} />}
      <form onSubmit={unlock} hidden={byBadge} aria-label="Unlock">
        <Stack>
          <PasswordInput
            label={`Password of ${session.name}`}
            autoFocus
            required
            autoComplete="current-password"
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Button type="submit" size="lg" loading={busy}>
            Unlock
          </Button>
        </Stack>
      </form>
      <Group gap="xs" grow>
        <Button variant="default" onClick={() => setByBadge(!byBadge)}>
          {byBadge ? 'Password' : 'Badge and PIN'}
        </Button>
        <Button variant="default" onClick={() => void run(async () => onChanged(await api['identity.sign_out']()))}>
          Sign out
        </Button>
      </Group>
    </EntryCard>
  );
}
