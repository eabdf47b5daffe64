import { Button, Group, NumberInput, Text } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { type PolicyInForce, PolicyValues } from '../../../shared/policy.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { fullTime } from '../../ui/time.ts';

/** What the site decides about accounts; the later decision holds on every bench. */
export function PolicyCard() {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['policy.get']() }), [api]);
  const { value, error, set } = useLive(source);
  return (
    <Card title="Rules for accounts">
      <ErrorAlert error={error} />
      {value !== null && <PolicyForm policy={value} onSaved={set} />}
    </Card>
  );
}

const fields = {
  idleMinutes: { label: 'Minutes until an idle bench locks', min: 1, max: 60, standard: 5 },
  adminPasswordDays: { label: 'Days a password of an admin lasts', min: 30, max: 365, standard: 90 },
  passwordDays: { label: 'Days any other password lasts', min: 30, max: 365, standard: 180 },
  approvalHours: { label: 'Hours an approved bypass waits', min: 1, max: 72, standard: 24 },
} as const satisfies Record<keyof PolicyValues, object>;
const names = Object.keys(fields) as (keyof PolicyValues)[];

function PolicyForm({ policy, onSaved }: { policy: PolicyInForce; onSaved: (policy: PolicyInForce) => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [values, setValues] = useState<Record<keyof PolicyValues, number | string>>({
    idleMinutes: policy.idleMinutes ?? fields.idleMinutes.standard,
    adminPasswordDays: policy.adminPasswordDays ?? fields.adminPasswordDays.standard,
    passwordDays: policy.passwordDays ?? fields.passwordDays.standard,
    approvalHours: policy.approvalHours,
  });
  const wanted = PolicyValues.safeParse(values);

  function save(event: FormEvent): void {
    event.preventDefault();
    if (wanted.success) void run(async () => onSaved(await api['policy.set'](wanted.data)));
  }

  return (
    <form aria-label="Rules for accounts" onSubmit={save}>
      <Group align="end">
        {names.map(name => (
          <NumberInput
            key={name}
            size="md"
            label={fields[name].label}
            min={fields[name].min}
            max={fields[name].max}
            allowDecimal={false}
            value={values[name]}
            onChange={value => setValues({ ...values, [name]: value })}
          />
        ))}
        <Button type="submit" loading={busy} disabled={!wanted.success}>
          Save the rules
        </Button>
      </Group>
      <Text size="sm" mt="sm">
        {policy.changedAt === null ? 'As delivered.' : `Decided on ${fullTime(policy.changedAt)}.`}
      </Text>
      <ErrorAlert error={error} />
    </form>
  );
}
