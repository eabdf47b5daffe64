import type { JobId } from '../../../shared/ids.ts';
import { placeOfJob } from './job.ts';
import type { Jobs } from './jobs.ts';

/** What a report needs to know of a job besides the journal. */
export function reportedJob(jobs: Jobs, id: JobId) {
  const row = jobs.find(id);
  const place = placeOfJob(row.snapshot);
  return {
    id,
    ticket: row.ticket,
    deviceId: row.deviceId,
    identifiedIdx: row.identifiedIdx,
    previousTicket: row.previous === null ? null : jobs.find(row.previous).ticket,
    place,
    erasing: place === 'reset.erasing' || place === 'reset.verifying',
    erasure: row.snapshot.context.erasure,
  };
}
