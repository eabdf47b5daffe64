import { Button, NativeSelect, Progress, Stack, TextInput } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import type { DeviceType } from '../../../shared/checklists.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { deviceTitle } from '../../ui/fact.tsx';
import { shortTime } from '../../ui/time.ts';
import { deviceTypeWords } from '../../ui/words.ts';
import { BypassForm } from './bypass-form.tsx';
import { BypassState } from './bypass-state.tsx';
import type { JobFormProps } from './job-form.ts';

export function EraseStage({ job, onJob }: JobFormProps) {
  const can = useCan();
  const { place, actions } = job;
  return (
    <Stack gap="md">
      {(place === 'reset.erasing' || place === 'reset.verifying') && <EraseProgress job={job} />}
      {place === 'reset.interrupted' && (
        <p>The erase was interrupted. The device must be plugged in and be the same one before it can start again.</p>
      )}
      {place === 'reset.erase_failed' && (
        <>
          {job.erase.status === 'indeterminate' && (
            <p>
              <strong>The identity read after the erase is another one, or none.</strong> Check which device is on the
              connector before anything else.
            </p>
          )}
          <p>The erase did not succeed. Try again, ask for a manual bypass, or fail the job.</p>
        </>
      )}
      {actions.includes('start_erase') && can('job.work') && <StartEraseForm job={job} onJob={onJob} />}
      <BypassState job={job} />
      {actions.includes('begin_functional') && can('job.work') && <BeginFunctional job={job} onJob={onJob} />}
      {actions.includes('request_bypass') && can('bypass.request') && <BypassForm job={job} />}
    </Stack>
  );
}

function EraseProgress({ job: { ticket, erase } }: { job: Job }) {
  return (
    <div className="erase-progress">
      <div className="erase-percent">
        <strong>{Math.floor(erase.percent ?? 0)} %</strong>
        <span>{erase.phase ?? 'Waiting for the tool'}</span>
      </div>
      <Progress size="xl" value={erase.percent ?? 0} aria-label={`Progress of the erase of ${ticket}`} animated />
      <p className="dimmed">
        Attempt {erase.attempts}
        {erase.startedAt !== null && `, started ${shortTime(erase.startedAt)}`}. Leave the device on its cable; it may
        restart by itself.
      </p>
    </div>
  );
}

function StartEraseForm({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [label, setLabel] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    const scanned = label.trim();
    void run(async () =>
      onJob(await api['jobs.start_erase']({ jobId: job.id, ...(scanned === '' ? {} : { label: scanned }) })),
    );
  }

  // An erase cannot be undone: a stray Enter without a scanned label must not start one.
  function refuseEmptyScan(event: KeyboardEvent): void {
    if (event.key === 'Enter' && label.trim() === '') event.preventDefault();
  }

  return (
    <form onSubmit={submit} aria-label="Erase">
      <Stack gap="sm">
        <TextInput
          label="Scan the label"
          description="Serial number or IMEI on the label, where the site uses one. The scan starts the erase."
          value={label}
          maxLength={128}
          autoComplete="off"
          onKeyDown={refuseEmptyScan}
          onChange={event => setLabel(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Button type="submit" size="lg" color="red" loading={busy} disabled={!job.attached}>
          {job.attached ? `Erase ${deviceTitle(job)} for good` : 'Plug the device in to erase it'}
        </Button>
      </Stack>
    </form>
  );
}

function BeginFunctional({ job, onJob }: JobFormProps) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [deviceType, setDeviceType] = useState<DeviceType>(isTablet(job.model.value) ? 'tablet' : 'phone');
  const begin = () => run(async () => onJob(await api['jobs.begin_functional']({ jobId: job.id, deviceType })));
  return (
    <Stack gap="sm">
      {job.checklist === null && (
        <NativeSelect
          label="Check-list for a"
          data={Object.entries(deviceTypeWords).map(([value, label]) => ({ value, label }))}
          value={deviceType}
          onChange={event => setDeviceType(event.currentTarget.value === 'tablet' ? 'tablet' : 'phone')}
        />
      )}
      <ErrorAlert error={error} />
      <Button size="lg" loading={busy} onClick={() => void begin()}>
        Begin functional test
      </Button>
    </Stack>
  );
}

/** A proposal alone: whoever tests has the device in their hands. */
const isTablet = (model: string | null) => model !== null && /\b(ipad|tab|tablet)\b/i.test(model);
