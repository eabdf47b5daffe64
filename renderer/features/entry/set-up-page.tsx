import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Session } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EntryCard } from './entry-card.tsx';

const empty = { siteName: '', stationName: '', adminName: '', password: '', repeated: '' };

export function SetUpPage({ api, onEntered }: { api: Api; onEntered: (session: Session) => void }) {
  const [form, setForm] = useState(empty);
  const { busy, error, run } = useAction();
  const differs = form.repeated !== '' && form.repeated !== form.password;

  function field(name: keyof typeof empty) {
    return {
      required: true,
      value: form[name],
      onChange: (event: { currentTarget: { value: string } }) => {
        const { value } = event.currentTarget;
        setForm(before => ({ ...before, [name]: value }));
      },
    };
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (form.repeated !== form.password) return;
    const { repeated, ...input } = form;
    void run(async () => onEntered(await api['identity.set_up'](input)));
  }

  return (
    <EntryCard title="Set up this bench">
      <Text>The first account is the site admin, who adds everybody else.</Text>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label="Site"
            placeholder="Refurbishment centre North"
            autoFocus
            maxLength={120}
            {...field('siteName')}
          />
          <TextInput label="Station" placeholder="Bench 7" maxLength={60} {...field('stationName')} />
          <TextInput
            label="Your sign-in name"
            autoComplete="username"
            minLength={2}
            maxLength={64}
            {...field('adminName')}
          />
          <PasswordInput
            label="Password"
            description="At least 12 characters; a sentence is fine."
            autoComplete="new-password"
            minLength={12}
            {...field('password')}
          />
          <PasswordInput
            label="Password again"
            autoComplete="new-password"
            error={differs ? 'The two passwords differ' : null}
            {...field('repeated')}
          />
          <ErrorAlert error={error} />
          <Button type="submit" size="lg" loading={busy} disabled={differs}>
            Set up the bench
          </Button>
        </Stack>
      </form>
    </EntryCard>
  );
}
