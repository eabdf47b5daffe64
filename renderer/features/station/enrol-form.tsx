import { Button, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { SyncStatus } from '../../../shared/sync.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

export function EnrolForm({ onEnrolled }: { onEnrolled: (sync: SyncStatus) => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [serverUrl, setServerUrl] = useState('');
  const [code, setCode] = useState('');
  const [pin, setPin] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => onEnrolled(await api['sync.enrol']({ serverUrl, code, ...(pin === '' ? {} : { pin }) })));
  }

  return (
    <form onSubmit={submit} aria-label="Enrol this station">
      <Stack gap="sm">
        <TextInput
          label="Address of the server"
          type="url"
          required
          placeholder="https://central.example"
          value={serverUrl}
          onChange={event => setServerUrl(event.currentTarget.value)}
        />
        <TextInput
          label="Enrolment code"
          required
          minLength={8}
          maxLength={128}
          autoComplete="off"
          value={code}
          onChange={event => setCode(event.currentTarget.value)}
        />
        <TextInput
          label="Key of the server"
          description="Optional: the pin that an admin of the server read out. The bench then speaks with no other."
          minLength={44}
          maxLength={44}
          autoComplete="off"
          value={pin}
          onChange={event => setPin(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Button type="submit" loading={busy}>
          Enrol this station
        </Button>
      </Stack>
    </form>
  );
}
