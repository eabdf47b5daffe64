import type { Kysely } from 'kysely';
import { dropBlobs } from './blob-store.ts';
import type { ServerTables } from './database/tables.ts';
import type { Fleet } from './fleet.ts';
import { type Db, entriesOf } from './log-store.ts';
import { completeOrder, type OrderState, orderState } from './order-state.ts';
import { ServerError } from './problems.ts';

export type Outcome = 'done' | 'held';

const scanned = 500;
const mostOrders = 100;

/** Orders to forget across the fleet: who has to, who has done it, and what stands against it. */
export function createOrders(deps: {
  db: Kysely<ServerTables>;
  fleet: Fleet;
  now: () => number;
  /** Takes deleted rows out of the files; false when it has to be tried again. */
  purge: () => Promise<boolean>;
}) {
  const { db, fleet } = deps;
  const instant = () => new Date(deps.now()).toISOString();

  /** Stations whose entries name the subject, whether or not anything sealed of it ever came here. */
  const stationsWithEntriesOf = async (subject: string): Promise<Set<string>> => {
    const logs = await db
      .selectFrom('log')
      .select(['oh', 'size', 'station'])
      .where('station', 'is not', null)
      .execute();
    const found = new Set<string>();
    for (const { oh, size, station } of logs)
      for (let from = 0; station !== null && from < size && !found.has(station); from += scanned)
        if ((await entriesOf(db, oh, from, from + scanned)).some(bytes => bytes.includes(subject))) found.add(station);
    return found;
  };

  const holdersOf = async (from: Db, subject: string) =>
    (await from.selectFrom('key_holder').select('station').where('subject', '=', subject).execute()).map(
      ({ station }) => station,
    );

  const assertNotHeld = async (from: Db, subject: string) => {
    const hold = await from
      .selectFrom('subject_hold')
      .select('since')
      .where('subject', '=', subject)
      .executeTakeFirst();
    if (hold) throw new ServerError(409, `There is a legal hold on this subject since ${hold.since}.`);
  };

  const drop = async (trx: Db, subject: string) => {
    await trx.deleteFrom('pii').where('subject', '=', subject).execute();
    await trx.deleteFrom('subject_key').where('subject', '=', subject).execute();
    await dropBlobs(trx, subject);
  };

  /** Orders and deletes in one transaction what the server itself has. False when it was ordered before. */
  const place = (subject: string, by: string | null, stations: ReadonlySet<string>): Promise<boolean> =>
    db.transaction().execute(async trx => {
      await fleet.hold(trx);
      if (await orderState(trx, subject)) return false;
      await assertNotHeld(trx, subject);
      for (const station of stations)
        await trx
          .insertInto('key_holder')
          .values({ subject, station })
          .onConflict(c => c.columns(['subject', 'station']).doUpdateSet({ station }))
          .execute();
      const holders = await holdersOf(trx, subject);
      // What a station asks for stands in its own signed journal first.
      if (holders.length === 0 || (by !== null && !stations.has(by)))
        throw new ServerError(404, 'Nothing is known of this subject here.');
      const last = await trx
        .selectFrom('forget_order')
        .select(({ fn }) => fn.max('n').as('n'))
        .executeTakeFirst();
      const n = Number(last?.n ?? 0) + 1;
      const fleet_index = await fleet.write(trx, { type: 'forget.order', data: { order: n, subject } });
      const row = { n, subject, ordered_at: instant(), ordered_by: by, fleet_index, completed_at: null };
      await trx.insertInto('forget_order').values(row).execute();
      await drop(trx, subject);
      await completeOrder(trx, fleet, subject, instant());
      return true;
    });

  const mustState = async (subject: string): Promise<OrderState> => {
    const state = await orderState(db, subject);
    if (!state) throw new ServerError(404, 'Nobody ordered to forget this subject.');
    return state;
  };

  return {
    state: mustState,
    /**
     * Orders the fleet to forget a subject and forgets what the server has of it. `by` is the station that asks, null
     * for an admin here. Throws ServerError 404 when nobody holds anything of it, and 409 for a legal hold.
     */
    async forget(subject: string, by: string | null): Promise<{ isNew: boolean; state: OrderState }> {
      await assertNotHeld(db, subject);
      const isNew = await place(subject, by, await stationsWithEntriesOf(subject));
      if (isNew) await deps.purge();
      return { isNew, state: await mustState(subject) };
    },
    /** Orders after number `n`, each with the proof that the fleet log has it. */
    async after(n: number): Promise<{ order: number; entry: string; proof: string }[]> {
      const rows = await db
        .selectFrom('forget_order')
        .select(['n', 'fleet_index'])
        .where('n', '>', n)
        .orderBy('n')
        .limit(mostOrders)
        .execute();
      const proven = await fleet.prove(rows.map(row => row.fleet_index));
      return rows.map((row, i) => ({ order: row.n, entry: '', proof: '', ...proven[i] }));
    },
    /** A station has forgotten, or says that a legal hold of its own forbids it. The last holder completes the order. */
    acknowledge(n: number, station: string, outcome: Outcome): Promise<OrderState> {
      return db.transaction().execute(async trx => {
        await fleet.hold(trx);
        const row = await trx.selectFrom('forget_order').selectAll().where('n', '=', n).executeTakeFirst();
        if (!row) throw new ServerError(404, 'There is no such order.');
        const { subject } = row;
        // Once more: a value of a new holder may have passed the order.
        await drop(trx, subject);
        await trx
          .insertInto('order_ack')
          .values({ n, station, outcome, at: instant() })
          // What is gone stays gone, whatever an older copy of the station says.
          .onConflict(c =>
            c
              .columns(['n', 'station'])
              .doUpdateSet({ outcome, at: instant() })
              .where('order_ack.outcome', '!=', 'done'),
          )
          .execute();
        await completeOrder(trx, fleet, subject, instant());
        return (await orderState(trx, subject)) ?? Promise.reject(new ServerError(404, 'There is no such order.'));
      });
    },
    /** Forbids ordering to forget. Throws ServerError 409 when it is held or ordered already. */
    hold(subject: string): Promise<void> {
      return db.transaction().execute(async trx => {
        await fleet.hold(trx);
        if (await orderState(trx, subject))
          throw new ServerError(409, 'This subject was ordered to be forgotten already.');
        await assertNotHeld(trx, subject);
        await trx.insertInto('subject_hold').values({ subject, since: instant() }).execute();
      });
    },
    async release(subject: string): Promise<void> {
      const gone = await db.deleteFrom('subject_hold').where('subject', '=', subject).executeTakeFirst();
      if (gone.numDeletedRows === 0n) throw new ServerError(404, 'There is no legal hold on this subject.');
    },
    holds: () => db.selectFrom('subject_hold').selectAll().orderBy('since').execute(),
    /** Every order that some holder has not carried out yet, the oldest first. */
    async open(): Promise<OrderState[]> {
      const rows = await db
        .selectFrom('forget_order')
        .select('subject')
        .where('completed_at', 'is', null)
        .orderBy('n')
        .execute();
      return Promise.all(rows.map(row => mustState(row.subject)));
    },
  };
}

export type Orders = ReturnType<typeof createOrders>;
