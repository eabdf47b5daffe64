import { Button, Group, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { AuthorityStatus } from '../../../shared/authority.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** Asks for the PIN that the token refused. */
export function TokenPinForm({ onStatus }: { onStatus: (status: AuthorityStatus) => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [pin, setPin] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      onStatus(await api['authority.token_pin']({ pin }));
      setPin('');
    });
  }

  return (
    <form onSubmit={submit} aria-label="PIN of the token">
      <Stack gap="sm">
        <PasswordInput
          label="PIN of the token"
          description="Tried once."
          autoComplete="off"
          required
          value={pin}
          onChange={event => setPin(event.currentTarget.value)}
        />
        <Group>
          <Button type="submit" loading={busy}>
            Keep this PIN
          </Button>
        </Group>
        <ErrorAlert error={error} />
      </Stack>
    </form>
  );
}
