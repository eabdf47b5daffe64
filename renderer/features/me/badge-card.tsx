import { Button, Group, PasswordInput, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Me } from '../../../shared/me.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';

/** A badge and a PIN for switching quickly between technicians. */
export function BadgeCard({ me, onChanged }: { me: Me; onChanged: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [badge, setBadge] = useState('');
  const [pin, setPin] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      await api['me.set_badge']({ badge, pin });
      setBadge('');
      setPin('');
      onChanged();
    });
  }

  return (
    <Card title="Badge">
      <Text>{me.badge ? 'A badge signs you in, with your PIN.' : 'No badge signs you in yet.'}</Text>
      <form onSubmit={submit} aria-label="Badge" className="row-form">
        <PasswordInput
          label={me.badge ? 'Another badge' : 'Badge'}
          description="Scan it"
          required
          minLength={4}
          autoComplete="off"
          value={badge}
          onChange={event => setBadge(event.currentTarget.value)}
        />
        <PasswordInput
          label="PIN"
          description="6 to 12 digits"
          required
          inputMode="numeric"
          pattern="[0-9]{6,12}"
          autoComplete="off"
          value={pin}
          onChange={event => setPin(event.currentTarget.value)}
        />
        <Button type="submit" loading={busy}>
          Keep this badge
        </Button>
      </form>
      {me.badge && (
        <Group>
          <Button variant="default" onClick={() => void run(() => api['me.remove_badge']().then(onChanged))}>
            Remove the badge
          </Button>
        </Group>
      )}
      <ErrorAlert error={error} />
    </Card>
  );
}
