import { sql } from 'kysely';
import { type Lot, Lot as LotSchema, Standing } from '../../../shared/customers.ts';
import { CustomerId, JobId, LotId } from '../../../shared/ids.ts';
import { overPlaces } from '../../../shared/jobs.ts';
import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';
import type { Tables } from '../../database/tables.ts';

export type LotRow = Pick<Lot, 'id' | 'customerId' | 'state' | 'openedAt' | 'closedAt'> & {
  idx: number;
  manifestIdx: number | null;
};
/** `item`: line of the manifest that the device is. */
export type LotJob = { jobId: JobId; ticket: string; open: boolean; standing: Standing; item: number | null };

const toLot = (raw: Tables['lot']): LotRow => ({
  id: LotId.parse(raw.id),
  customerId: CustomerId.parse(raw.customer),
  state: LotSchema.shape.state.parse(raw.state),
  openedAt: raw.opened_at,
  closedAt: raw.closed_at,
  idx: raw.idx,
  manifestIdx: raw.manifest_idx,
});

/** Queries of customers and lots. */
export function createCustomersStore(read: Reads) {
  const lots = query.selectFrom('lot').selectAll();
  return {
    customers: () =>
      read
        .all(query.selectFrom('customer').selectAll().orderBy('idx'))
        .map(({ id, idx }) => ({ id: CustomerId.parse(id), idx })),
    customer: (id: CustomerId): number | null =>
      read.get(query.selectFrom('customer').select('idx').where('id', '=', id))?.idx ?? null,
    lots: () => read.all(lots.orderBy('idx', 'desc').limit(500)).map(toLot),
    openLots: () => read.all(lots.where('state', '=', 'open').orderBy('idx')).map(toLot),
    lot: (id: LotId): LotRow | undefined => {
      const raw = read.get(lots.where('id', '=', id));
      return raw && toLot(raw);
    },
    lotOfJob: (id: JobId): LotId | null => {
      const row = read.get(query.selectFrom('lot_job').select('lot').where('job', '=', id));
      return row ? LotId.parse(row.lot) : null;
    },
    jobs: (id: LotId): LotJob[] =>
      read
        .all(
          query
            .selectFrom('lot_job')
            .innerJoin('job', 'job.id', 'lot_job.job')
            .where('lot_job.lot', '=', id)
            .select(['job.id', 'job.ticket', 'lot_job.standing', 'lot_job.item'])
            .select(sql<number>`job.place NOT IN (${sql.join(overPlaces)})`.as('open'))
            .orderBy('job.opened_at'),
        )
        .map(raw => ({
          jobId: JobId.parse(raw.id),
          ticket: raw.ticket,
          open: raw.open === 1,
          standing: Standing.parse(raw.standing),
          item: raw.item,
        })),
    insertCustomer: (tx: Tx, id: CustomerId, idx: number) => tx.run(query.insertInto('customer').values({ id, idx })),
    insertLot: (tx: Tx, { id, customerId, state, idx, openedAt }: LotRow) =>
      tx.run(
        query.insertInto('lot').values({
          ...{ id, customer: customerId, state, idx, opened_at: openedAt },
          ...{ manifest_idx: null, closed_at: null },
        }),
      ),
    setManifest: (tx: Tx, id: LotId, idx: number) =>
      tx.run(query.updateTable('lot').set({ manifest_idx: idx }).where('id', '=', id)),
    close: (tx: Tx, id: LotId, at: string) =>
      tx.run(query.updateTable('lot').set({ state: 'closed', closed_at: at }).where('id', '=', id)),
    removeJob: (tx: Tx, id: JobId) => tx.run(query.deleteFrom('lot_job').where('job', '=', id)),
    putJob: (tx: Tx, id: LotId, jobId: JobId, place: Pick<LotJob, 'standing' | 'item'>) =>
      tx.run(query.insertInto('lot_job').values({ job: jobId, lot: id, ...place })),
  };
}
