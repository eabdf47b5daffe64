import { Button, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Session, StationInfo } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { CodeField, ProofFields } from '../../ui/proof-fields.tsx';
import { BadgeForm } from './badge-form.tsx';
import { EntryCard } from './entry-card.tsx';
import { InvitationForm } from './invitation-form.tsx';

type Props = { api: Api; info: StationInfo; onEntered: (session: Session) => void };

const titles = { password: 'Sign in', badge: 'Sign in by badge', code: 'Choose your password' } as const;
type Way = keyof typeof titles;

export function SignInPage({ api, info, onEntered }: Props) {
  const [way, setWay] = useState<Way>('password');
  const [name, setName] = useState('');
  const others = { password: 'Name and password', badge: 'Badge and PIN', code: 'I have a one-time code' } as const;

  function chosen(by: string): void {
    setName(by);
    setWay('password');
  }

  return (
    <EntryCard title={titles[way]}>
      <Text>
        {[info.stationName, info.siteName].filter(part => part !== null).join(' · ')}
        {info.training && ' · TRAINING'}
      </Text>
      {way === 'password' && <PasswordForm api={api} name={name} onName={setName} onEntered={onEntered} />}
      {way === 'badge' && <BadgeForm api={api} onEntered={onEntered} />}
      {way === 'code' && <InvitationForm api={api} onChosen={chosen} />}
      <Stack gap="xs">
        {(Object.keys(others) as Way[])
          .filter(other => other !== way)
          .map(other => (
            <Button key={other} variant="default" onClick={() => setWay(other)}>
              {others[other]}
            </Button>
          ))}
      </Stack>
    </EntryCard>
  );
}

type FormProps = { api: Api; name: string; onName: (name: string) => void; onEntered: Props['onEntered'] };

function PasswordForm({ api, name, onName, onEntered }: FormProps) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState<string | null>(null);
  const { busy, error, run } = useAction();
  const asked = error?.code === 'code_needed';
  if (asked && code === null) setCode('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const proof = code === null ? { password } : { password, code };
    void run(async () => onEntered(await api['identity.sign_in']({ name, ...proof })));
  }

  return (
    <form onSubmit={submit} aria-label="Sign in">
      <Stack>
        <TextInput
          label="Name"
          autoFocus
          required
          autoComplete="username"
          value={name}
          onChange={event => onName(event.currentTarget.value)}
        />
        <ProofFields
          passwordLabel="Password"
          password={password}
          onPassword={setPassword}
          code={null}
          onCode={setCode}
        />
        {code !== null && <CodeField code={code} onCode={setCode} autoFocus />}
        <ErrorAlert error={asked ? null : error} />
        <Button type="submit" size="lg" loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
