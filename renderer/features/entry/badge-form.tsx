import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import type { Session } from '../../../shared/identity.ts';
import type { Api } from '../../api.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** A reader types the badge and ends with Enter, which goes on to the PIN. */
export function BadgeForm({ api, onEntered }: { api: Api; onEntered: (session: Session) => void }) {
  const [badge, setBadge] = useState('');
  const [pin, setPin] = useState('');
  const pinField = useRef<HTMLInputElement>(null);
  const { busy, error, run } = useAction();

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (pin === '') pinField.current?.focus();
    else void run(async () => onEntered(await api['identity.sign_in_badge']({ badge, pin }))).finally(() => setPin(''));
  }

  return (
    <form onSubmit={submit} aria-label="Sign in by badge">
      <Stack>
        <Text size="sm">For technicians. Acts that need the password still ask for it.</Text>
        <PasswordInput
          label="Badge"
          description="Scan it."
          autoFocus
          required
          autoComplete="off"
          value={badge}
          onChange={event => setBadge(event.currentTarget.value)}
        />
        <PasswordInput
          ref={pinField}
          label="PIN"
          inputMode="numeric"
          autoComplete="off"
          maxLength={12}
          value={pin}
          onChange={event => setPin(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Button type="submit" size="lg" loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
