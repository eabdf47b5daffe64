import { useMemo } from 'react';
import type { Approval } from '../../shared/approvals.ts';
import type { Lot } from '../../shared/customers.ts';
import type { Device } from '../../shared/devices.ts';
import type { JobId } from '../../shared/ids.ts';
import type { Job } from '../../shared/jobs.ts';
import type { JournalStatus } from '../../shared/journal.ts';
import type { Report } from '../../shared/reports.ts';
import type { SyncStatus } from '../../shared/sync.ts';
import { useBench } from './bench.tsx';
import { type Collected, type Source, useCollection } from './use-collection.ts';
import { type Live, useLive } from './use-live.ts';

const byId = (item: { id: string }): string => item.id;

export function useDevices(): Collected<Device> {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Device> => ({
      load: () => api['devices.list'](),
      subscribe: (listener: (device: Device) => void) => api.on('device.changed', listener),
      keyOf: byId,
    }),
    [api],
  );
  return useCollection(source);
}

/** Jobs as listed; with `open` the finished ones are left out at first and stay once they finish before one's eyes. */
export function useJobs({ open }: { open: boolean }): Collected<Job> {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Job> => ({
      load: () => api['jobs.list'](open ? { open } : {}),
      subscribe: (listener: (job: Job) => void) => api.on('job.changed', listener),
      keyOf: byId,
    }),
    [api, open],
  );
  return useCollection(source);
}

export function useJob(jobId: JobId): Live<Job> {
  const { api } = useBench();
  const source = useMemo(
    () => ({
      load: () => api['jobs.get']({ jobId }),
      subscribe: (listener: (job: Job) => void) =>
        api.on('job.changed', job => {
          if (job.id === jobId) listener(job);
        }),
    }),
    [api, jobId],
  );
  return useLive(source);
}

export function useApprovals(): Collected<Approval> {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Approval> => ({
      load: () => api['approvals.list']({}),
      subscribe: (listener: (approval: Approval) => void) => api.on('approval.changed', listener),
      keyOf: byId,
    }),
    [api],
  );
  return useCollection(source);
}

export function useReports(jobId?: JobId): Collected<Report> {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Report> => ({
      load: () => api['reports.list'](jobId === undefined ? {} : { jobId }),
      subscribe: (listener: (report: Report) => void) =>
        api.on('report.changed', report => {
          if (jobId === undefined || report.jobId === jobId) listener(report);
        }),
      keyOf: byId,
    }),
    [api, jobId],
  );
  return useCollection(source);
}

export function useLots(): Collected<Lot> {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Lot> => ({
      load: () => api['lots.list'](),
      subscribe: (listener: (lot: Lot) => void) => api.on('lot.changed', listener),
      keyOf: byId,
    }),
    [api],
  );
  return useCollection(source);
}

export function useJournalStatus(): Live<JournalStatus> {
  const { api } = useBench();
  const source = useMemo(
    () => ({
      load: () => api['journal.status'](),
      subscribe: (listener: (status: JournalStatus) => void) => api.on('journal.changed', listener),
    }),
    [api],
  );
  return useLive(source);
}

export function useSyncStatus(): Live<SyncStatus> {
  const { api } = useBench();
  const source = useMemo(
    () => ({
      load: () => api['sync.status'](),
      subscribe: (listener: (status: SyncStatus) => void) => api.on('sync.changed', listener),
    }),
    [api],
  );
  return useLive(source);
}
