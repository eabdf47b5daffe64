import { NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import { SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

type Choice = { value: string; label: string };

/** Everybody and every device that the bench may keep data of. */
export function SubjectPicker({ onPick }: { onPick: (subject: SubjectId | null) => void }) {
  const { api } = useBench();
  const source = useMemo(
    () => ({
      async load() {
        const [users, jobs] = await Promise.all([api['users.list'](), api['jobs.list']({ open: false })]);
        const people: Choice[] = users.map(user => ({ value: user.id, label: user.name || 'Somebody forgotten' }));
        const devices: Choice[] = jobs.map(job => ({ value: job.deviceId, label: `Device of ${job.ticket}` }));
        return { people, devices };
      },
    }),
    [api],
  );
  const { value, error } = useLive(source);
  return (
    <>
      <ErrorAlert error={error} />
      <NativeSelect
        label="Whose data?"
        description="People of this bench, and devices whose jobs are over"
        onChange={event => onPick(SubjectId.safeParse(event.currentTarget.value).data ?? null)}
      >
        <option value="">Choose …</option>
        <optgroup label="People">
          {value?.people.map(choice => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </optgroup>
        <optgroup label="Devices">
          {value?.devices.map(choice => (
            <option key={choice.value} value={choice.value}>
              {choice.label}
            </option>
          ))}
        </optgroup>
      </NativeSelect>
    </>
  );
}
