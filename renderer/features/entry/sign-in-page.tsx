import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Session, StationInfo } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EntryCard } from './entry-card.tsx';

type Props = { api: Api; info: StationInfo; onEntered: (session: Session) => void };

export function SignInPage({ api, info, onEntered }: Props) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { busy, error, run } = useAction();

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => onEntered(await api['identity.sign_in']({ name, password })));
  }

  return (
    <EntryCard title="Sign in">
      <Text>
        {[info.stationName, info.siteName].filter(part => part !== null).join(' · ')}
        {info.training && ' · TRAINING'}
      </Text>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Name"
            autoFocus
            required
            autoComplete="username"
            value={name}
            onChange={event => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            required
            autoComplete="current-password"
            value={password}
            onChange={event => setPassword(event.currentTarget.value)}
          />
          <ErrorAlert error={error} />
          <Button type="submit" size="lg" loading={busy}>
            Sign in
          </Button>
        </Stack>
      </form>
    </EntryCard>
  );
}
