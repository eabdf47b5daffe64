import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { Me } from '../../../shared/me.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { FactorSetUp } from './factor-set-up.tsx';
import { RecoveryCodeList } from './recovery-code-list.tsx';

type Props = { me: Me; onChanged: () => void };

export function FactorCard({ me, onChanged }: Props) {
  const { api } = useBench();
  return (
    <Card title="Second factor">
      <div>
        <StatusMark tone={me.secondFactor ? 'good' : 'attention'}>
          {me.secondFactor ? 'Set up' : 'Not set up'}
        </StatusMark>
      </div>
      {me.secondFactor ? <Present me={me} onChanged={onChanged} /> : <FactorSetUp api={api} onDone={onChanged} />}
    </Card>
  );
}

function Present({ me, onChanged }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const [sure, setSure] = useState(false);

  if (codes !== null) {
    return (
      <RecoveryCodeList
        codes={codes}
        onDone={() => {
          setCodes(null);
          onChanged();
        }}
      />
    );
  }
  const remove = () => void run(() => api['me.remove_factor']().then(onChanged));
  return (
    <>
      <Text>{me.recoveryCodesLeft} of 10 recovery codes are left.</Text>
      <Group>
        <Button
          variant="default"
          loading={busy}
          onClick={() => void run(async () => setCodes((await api['me.new_recovery_codes']()).codes))}
        >
          New recovery codes
        </Button>
        {sure ? (
          <Button color="red" loading={busy} onClick={remove}>
            Yes, remove the second factor
          </Button>
        ) : (
          <Button variant="default" onClick={() => setSure(true)}>
            Remove
          </Button>
        )}
      </Group>
      <ErrorAlert error={error} />
    </>
  );
}
