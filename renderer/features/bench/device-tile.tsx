import { ActionIcon, Button } from '@mantine/core';
import { IconPlug, IconPlugConnectedX } from '@tabler/icons-react';
import { memo } from 'react';
import type { Device, DeviceState } from '../../../shared/devices.ts';
import type { JobId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { deviceTitle } from '../../ui/fact.tsx';
import { IdentifierList } from '../../ui/identifier-list.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { deviceTones, placeTones } from '../../ui/tones.ts';
import { deviceStateWords } from '../../ui/words.ts';
import { ConnectorLabel, placeOf } from './connector-label.tsx';
import { FactsPanel } from './facts-panel.tsx';
import { JobLine } from './job-line.tsx';
import { nextStepOfDevice } from './next-step.ts';

type Props = {
  device: Device;
  job: Job | null;
  selected: boolean;
  onOpenJob: (jobId: JobId) => void;
};

/** With a job on the tile, its own line says these better. */
const saidByJob: readonly DeviceState[] = ['ready', 'busy'];

const isTrouble = (job: Job | null): boolean => job !== null && placeTones[job.place] === 'bad';

/** Drawn again only when its own device or job changed: a hundred of them may report progress at once. */
export const DeviceTile = memo(function DeviceTile({ device, job, selected, onOpenJob }: Props) {
  const { api, info } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const next = nextStepOfDevice(device, job, can);

  function act(): void {
    if (next?.kind === 'open_job') {
      void run(async () => onOpenJob((await api['jobs.open']({ deviceId: device.id })).id));
    } else if (next?.kind === 'identify') {
      void run(() => api['devices.identify']({ deviceId: device.id }));
    } else if (device.jobId !== null) {
      onOpenJob(device.jobId);
    }
  }

  const title = deviceTitle(device);
  const place = placeOf(device);
  return (
    <li className="tile" data-tile data-selected={selected} data-attention={device.trouble !== null || isTrouble(job)}>
      <div className="tile-head">
        <h2>{title}</h2>
        <ConnectorLabel device={device} />
      </div>
      {device.state === 'lost' ? (
        <IdentifierList ids={device.identifiers} />
      ) : (
        <FactsPanel deviceId={device.id} title={title}>
          <IdentifierList ids={device.identifiers} />
        </FactsPanel>
      )}
      {device.imeiFlag === 'bad_check_digit' && (
        <StatusMark tone="attention">The IMEI's check digit is wrong</StatusMark>
      )}
      {(job === null || !saidByJob.includes(device.state)) && (
        <StatusMark tone={deviceTones[device.state]}>{deviceStateWords[device.state]}</StatusMark>
      )}
      {job !== null && <JobLine job={job} />}
      {device.trouble !== null && <p className="tile-trouble">{device.trouble}</p>}
      <ErrorAlert error={error} />
      <div className="tile-buttons">
        {next !== null && (
          <Button px="sm" loading={busy} onClick={act} aria-label={`${next.label}: ${title} at ${place}`}>
            {next.label}
          </Button>
        )}
        {next === null && device.jobId !== null && (
          <Button px="sm" variant="default" onClick={act} aria-label={`Show the job of ${title} at ${place}`}>
            Show the job
          </Button>
        )}
        {info.training && device.state === 'lost' && can('job.work') && (
          <ActionIcon
            variant="default"
            size={42}
            title="Plug in again"
            aria-label={`Plug in again: ${title} at ${place}`}
            onClick={() => void run(() => api['training.replug']({ portPath: device.portPath }))}
          >
            <IconPlug size={20} aria-hidden />
          </ActionIcon>
        )}
        {info.training && device.state !== 'lost' && can('job.work') && (
          <ActionIcon
            variant="default"
            size={42}
            title="Unplug"
            aria-label={`Unplug ${title} at ${place}`}
            onClick={() => void run(() => api['training.unplug']({ portPath: device.portPath }))}
          >
            <IconPlugConnectedX size={20} aria-hidden />
          </ActionIcon>
        )}
      </div>
    </li>
  );
});
