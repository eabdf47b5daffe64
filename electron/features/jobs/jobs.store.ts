import { DeviceId, JobId } from '../../../shared/ids.ts';
import { overPlaces } from '../../../shared/jobs.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';
import { type JobSnapshot, placeOfJob, restoreJob, serialiseJob } from './job.ts';

export type JobRow = {
  id: JobId;
  ticket: string;
  deviceId: DeviceId;
  snapshot: JobSnapshot;
  /** Journal index of the identity read it rests on. */
  identifiedIdx: number;
  /** Journal index of the last entry that carries a reason. */
  reasonIdx: number | null;
  previous: JobId | null;
  openedAt: string;
  updatedAt: string;
};

const closed = [...overPlaces];

/** Queries of the jobs. */
export function createJobsStore(read: Reads) {
  const rows = query.selectFrom('job').selectAll();
  const toRow = (raw: Tables['job']): JobRow => ({
    id: JobId.parse(raw.id),
    ticket: raw.ticket,
    deviceId: DeviceId.parse(raw.device),
    snapshot: restoreJob(raw.snapshot),
    identifiedIdx: raw.identified_idx,
    reasonIdx: raw.reason_idx,
    previous: raw.previous === null ? null : JobId.parse(raw.previous),
    openedAt: raw.opened_at,
    updatedAt: raw.updated_at,
  });
  return {
    find: (id: JobId): JobRow | undefined => {
      const raw = read.get(rows.where('id', '=', id));
      return raw && toRow(raw);
    },
    openOf: (device: DeviceId): JobId | null => {
      const raw = read.get(
        query.selectFrom('job').select('id').where('device', '=', device).where('place', 'not in', closed),
      );
      return raw ? JobId.parse(raw.id) : null;
    },
    ofDevice: (device: DeviceId): JobId[] =>
      read.all(query.selectFrom('job').select('id').where('device', '=', device)).map(row => JobId.parse(row.id)),
    open: () => read.all(rows.where('place', 'not in', closed).orderBy('opened_at')).map(toRow),
    closed: (limit: number) =>
      read.all(rows.where('place', 'in', closed).orderBy('updated_at', 'desc').limit(limit)).map(toRow),
    insert(tx: Tx, row: JobRow) {
      tx.run(
        query.insertInto('job').values({
          id: row.id,
          ticket: row.ticket,
          device: row.deviceId,
          place: placeOfJob(row.snapshot),
          snapshot: serialiseJob(row.snapshot),
          identified_idx: row.identifiedIdx,
          reason_idx: row.reasonIdx,
          previous: row.previous,
          opened_at: row.openedAt,
          updated_at: row.updatedAt,
        }),
      );
    },
    save(tx: Tx, id: JobId, change: { snapshot: JobSnapshot; updatedAt: string; reasonIdx?: number }) {
      tx.run(
        query
          .updateTable('job')
          .set({
            place: placeOfJob(change.snapshot),
            snapshot: serialiseJob(change.snapshot),
            updated_at: change.updatedAt,
            ...(change.reasonIdx === undefined ? {} : { reason_idx: change.reasonIdx }),
          })
          .where('id', '=', id),
      );
    },
  };
}

export type JobsStore = ReturnType<typeof createJobsStore>;
