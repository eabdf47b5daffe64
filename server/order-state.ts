import type { Fleet } from './fleet.ts';
import type { Db } from './log-store.ts';

/** How far the fleet is with forgetting one subject. */
export type OrderState = {
  order: number;
  subject: string;
  orderedAt: string;
  completedAt: string | null;
  /** Stations that hold something and have not said that it is gone, without those that were revoked. */
  waiting: number;
  /** Of these, stations with a legal hold of their own. */
  held: number;
  /** Revoked stations that never said that it is gone: nobody waits for them, and they may hold it still. */
  revoked: string[];
};

/** The state of the order about a subject; null when there is none. */
export async function orderState(from: Db, subject: string): Promise<OrderState | null> {
  const row = await from.selectFrom('forget_order').selectAll().where('subject', '=', subject).executeTakeFirst();
  if (!row) return null;
  const holders = await from
    .selectFrom('key_holder')
    .leftJoin('order_ack', join => join.onRef('order_ack.station', '=', 'key_holder.station').on('n', '=', row.n))
    .leftJoin('station', 'station.id', 'key_holder.station')
    .select(['key_holder.station as holder', 'outcome', 'revoked_at'])
    .where('subject', '=', subject)
    .orderBy('key_holder.station')
    .execute();
  const open = holders.filter(({ outcome }) => outcome !== 'done');
  const waiting = open.filter(({ revoked_at }) => revoked_at === null);
  return {
    order: row.n,
    subject,
    orderedAt: row.ordered_at,
    completedAt: row.completed_at,
    waiting: waiting.length,
    held: waiting.filter(({ outcome }) => outcome === 'held').length,
    revoked: open.filter(({ revoked_at }) => revoked_at !== null).map(({ holder }) => holder),
  };
}

/** Within `trx`: tells the fleet log of an order for which nobody has to be waited any more. */
export async function completeOrder(trx: Db, fleet: Fleet, subject: string, at: string): Promise<void> {
  const state = await orderState(trx, subject);
  if (state?.waiting !== 0 || state.completedAt !== null) return;
  const { order, revoked } = state;
  const without = revoked.length === 0 ? {} : { without: revoked };
  await fleet.write(trx, { type: 'forget.completed', data: { order, subject, ...without } });
  await trx.updateTable('forget_order').set({ completed_at: at }).where('n', '=', order).execute();
}

/** Within the transaction that revokes a station: completes the orders that waited for it alone. */
export async function completeOrdersWithout(trx: Db, fleet: Fleet, station: string, at: string): Promise<void> {
  const waited = await trx
    .selectFrom('forget_order')
    .innerJoin('key_holder', 'key_holder.subject', 'forget_order.subject')
    .select('forget_order.subject')
    .where('station', '=', station)
    .where('completed_at', 'is', null)
    .orderBy('n')
    .execute();
  for (const { subject } of waited) await completeOrder(trx, fleet, subject, at);
}
