import { SegmentedControl, Title } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Device } from '../../../shared/devices.ts';
import type { JobId } from '../../../shared/ids.ts';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { useCan } from '../../state/bench.tsx';
import { useDevices, useJobs } from '../../state/sources.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Empty } from '../../ui/page.tsx';
import { placeOf } from './connector-label.tsx';
import { DeviceTile } from './device-tile.tsx';
import { type NextStep, nextStepOfDevice, nextStepOfJob } from './next-step.ts';
import { moveBetweenTiles } from './tile-keys.ts';
import { WaitingJobTile } from './waiting-job-tile.tsx';

type Props = { jobId: JobId | null; onOpenJob: (jobId: JobId | null) => void; panel: ReactNode };

type Shown = 'all' | 'hand' | 'working';
type Row = { device: Device; job: Job | null; next: NextStep | null };

export function BenchScreen({ jobId, onOpenJob, panel }: Props) {
  const can = useCan();
  const devices = useDevices();
  const jobs = useJobs({ open: true });
  const [shown, setShown] = useState<Shown>('all');

  const byId = new Map((jobs.items ?? []).map(job => [job.id, job]));
  const rows = (devices.items ?? [])
    .filter(device => device.state !== 'lost' || device.jobId !== null)
    .map(device => rowOf(device, byId, can))
    .sort((a, b) => byPlace(a.device, b.device));
  const present = new Set(rows.map(row => row.device.jobId));
  const waiting = [...byId.values()].filter(job => isOpen(job) && !present.has(job.id));
  const counts = {
    all: rows.length,
    hand: rows.filter(needsHand).length,
    working: rows.filter(isWorking).length,
  };
  const visible = rows.filter(row => shown === 'all' || (shown === 'hand' ? needsHand(row) : isWorking(row)));

  return (
    <main className="bench" data-panel={panel !== false}>
      <div className="bench-list">
        <div className="page-head">
          <Title order={1} size="h2">
            Bench
          </Title>
          <SegmentedControl
            size="md"
            aria-label="Show"
            value={shown}
            onChange={value => setShown(value as Shown)}
            data={[
              { value: 'all', label: `All ${counts.all}` },
              { value: 'hand', label: `Need a hand ${counts.hand}` },
              { value: 'working', label: `Working ${counts.working}` },
            ]}
          />
        </div>
        <ErrorAlert error={devices.error ?? jobs.error} />
        {devices.items !== null && visible.length === 0 && (
          <Empty>
            {rows.length === 0 ? 'No device is plugged in. Plug one in: it appears here.' : 'None of them.'}
          </Empty>
        )}
        <ul className="tiles" onKeyDown={moveBetweenTiles}>
          {visible.map(({ device, job }) => (
            <DeviceTile
              key={device.id}
              device={device}
              job={job}
              selected={device.jobId !== null && device.jobId === jobId}
              onOpenJob={onOpenJob}
            />
          ))}
        </ul>
        {waiting.length > 0 && (
          <>
            <h2 className="tiles-title">Open jobs whose device is not plugged in</h2>
            <ul className="tiles" onKeyDown={moveBetweenTiles}>
              {waiting.map(job => (
                <WaitingJobTile
                  key={job.id}
                  job={job}
                  next={nextStepOfJob(job, can)}
                  selected={job.id === jobId}
                  onOpenJob={onOpenJob}
                />
              ))}
            </ul>
          </>
        )}
      </div>
      {panel}
    </main>
  );
}

function rowOf(device: Device, jobs: ReadonlyMap<JobId, Job>, can: ReturnType<typeof useCan>): Row {
  const job = (device.jobId && jobs.get(device.jobId)) ?? null;
  return { device, job, next: nextStepOfDevice(device, job, can) };
}

const needsHand = ({ device, next }: Row): boolean => next !== null || device.trouble !== null;

const isWorking = ({ device, job }: Row): boolean =>
  device.state === 'busy' ||
  device.state === 'identifying' ||
  job?.place === 'reset.erasing' ||
  job?.place === 'reset.verifying';

const isOpen = (job: Job): boolean => !isOver(job.state);

/** Connectors with a name first, in the order of their names and numbers; then the others by what the system calls them. */
function byPlace(a: Device, b: Device): number {
  const unnamed = Number(a.connector === null) - Number(b.connector === null);
  return unnamed || placeOf(a).localeCompare(placeOf(b), undefined, { numeric: true });
}
