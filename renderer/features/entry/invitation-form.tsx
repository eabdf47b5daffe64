import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { NewPasswordFields } from '../../ui/new-password-fields.tsx';

/** Chooses the password with a one-time code; signing in with it is the next step. */
export function InvitationForm({ api, onChosen }: { api: Api; onChosen: (name: string) => void }) {
  const [name, setName] = useState('');
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const [repeated, setRepeated] = useState('');
  const { busy, error, run } = useAction();

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (password !== repeated) return;
    void run(async () => {
      await api['identity.accept_invitation']({ name, code, password });
      onChosen(name);
    });
  }

  return (
    <form onSubmit={submit} aria-label="Choose your password">
      <Stack>
        <TextInput
          label="Name"
          autoFocus
          required
          autoComplete="username"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <TextInput
          label="One-time code"
          description="An admin gave it to you."
          required
          autoComplete="off"
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
        <NewPasswordFields password={password} repeated={repeated} onPassword={setPassword} onRepeated={setRepeated} />
        <ErrorAlert error={error} />
        <Button type="submit" size="lg" loading={busy}>
          Set the password
        </Button>
      </Stack>
    </form>
  );
}
