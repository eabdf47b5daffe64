import type { Db } from './log-store.ts';

/** The order to forget a subject; undefined when there is none. */
export function orderOf(reads: Db, subject: string): Promise<{ n: number } | undefined> {
  return reads.selectFrom('forget_order').select('n').where('subject', '=', subject).executeTakeFirst();
}

/**
 * False when the subject was ordered to be forgotten. Who comes with something of it is a holder; the row that says so
 * is locked, so that an order and a late value of the same holder cannot pass each other.
 */
export async function mayTake(trx: Db, subject: string, station: string): Promise<boolean> {
  await trx
    .insertInto('key_holder')
    .values({ subject, station })
    .onConflict(c => c.columns(['subject', 'station']).doUpdateSet({ station }))
    .execute();
  return (await orderOf(trx, subject)) === undefined;
}
