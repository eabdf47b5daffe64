import type { Identifiers } from '../../../shared/devices.ts';
import type { EntryData } from '../../../shared/events.ts';
import { Carried } from '../../../shared/handover.ts';
import { type DeviceId, type JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { Tx } from '../../database/database.ts';
import { compareIdentity } from './job.guards.ts';
import { placeOfJob } from './job.ts';
import type { IdentityTags } from './job.types.ts';
import type { Jobs } from './jobs.ts';

type Given = Omit<EntryData<'job.handed_over'>, 'from' | 'to' | 'carried' | 'ticket'> & {
  by: OperatorId;
  target: string | null;
  legalHold: boolean;
};
type Taken = Omit<EntryData<'job.taken_over'>, 'from' | 'to'>;

/** The moves of a job that belong to a hand-over. */
export function handoverMoves(jobs: Jobs) {
  return {
    /** Closes the job here, within the caller's transaction; answers the entry's index. */
    give(tx: Tx, jobId: JobId, { by, target, legalHold, ...data }: Given): number {
      const row = jobs.find(jobId);
      const { context } = row.snapshot;
      const carried: Carried = {
        place: placeOfJob(row.snapshot),
        condition: context.condition,
        attempts: context.attempts,
        interruptions: context.interruptions,
        erasure: context.erasure,
        drawn: context.sampling.drawn,
        eraseOperators: context.eraseOperators.map(id => OperatorId.parse(id)),
      };
      return jobs.advance(tx, jobId, {
        event: { type: 'job.handed_over', legalHold },
        type: 'job.handed_over',
        data: { ...data, ticket: row.ticket, carried },
        by,
        pii: { text: { target } },
      });
    },
    /** Opens a job for the device here and brings it to where the other station's was, in one transaction with `also`. */
    take(
      deviceId: DeviceId,
      by: OperatorId,
      { data, identifiers }: { data: Taken; identifiers: Identifiers },
      also: (tx: Tx, jobId: JobId, idx: number) => void,
    ): Promise<Job> {
      return jobs.openFor(deviceId, by, (tx, jobId) => {
        const idx = jobs.advance(tx, jobId, {
          event: { type: 'job.taken_over', handover: data.handover, carried: Carried.parse(data.carried) },
          type: 'job.taken_over',
          data,
          by,
          pii: { identity: { identifiers } },
        });
        also(tx, jobId, idx);
      });
    },
    isHere: (jobId: JobId): boolean => jobs.has(jobId),
    deviceOf: (jobId: JobId): DeviceId => jobs.find(jobId).deviceId,
    ticketOf: (jobId: JobId): string => jobs.find(jobId).ticket,
    identifiedIdxOf: (jobId: JobId): number => jobs.find(jobId).identifiedIdx,
    tell: jobs.tell,
    isSameDevice: (ours: Identifiers, theirs: Identifiers): boolean =>
      compareIdentity(untagged(ours), untagged(theirs)) === 'same',
  };
}

function untagged({ serial, imei, meid, eid }: Identifiers): IdentityTags {
  const listed = (value: string | null) => (value === null ? [] : [value]);
  return { serial: listed(serial), imei, meid: listed(meid), eid: listed(eid) };
}
