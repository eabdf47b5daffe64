import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';

/** Queries about what the fleet is to forget. */
export function createFleetStore(read: Reads) {
  const all = query.selectFrom('fleet_forget').selectAll();
  return {
    list: () => read.all(all.orderBy('subject')),
    find: (subject: string) => read.get(all.where('subject', '=', subject)),
    /** Forgotten here and not yet told to the server. */
    unordered: () => read.all(all.where('n', 'is', null).where('outcome', '=', 'done')),
    /** Outcomes that the server was not told. */
    untold: () =>
      read
        .all(all.where('n', 'is not', null).where('outcome', 'is not', null).orderBy('n'))
        .filter(row => row.outcome !== row.told),
    /** Asked for here and not complete. */
    awaited: () => read.all(all.where('raised', '=', 1).where('n', 'is not', null).where('completed_at', 'is', null)),
    raise(tx: Tx, subject: string) {
      tx.run(
        query
          .insertInto('fleet_forget')
          .values({ subject, raised: 1 })
          .onConflict(c => c.column('subject').doUpdateSet({ raised: 1 })),
      );
    },
    order(tx: Tx, subject: string, n: number) {
      tx.run(
        query
          .insertInto('fleet_forget')
          .values({ subject, raised: 0, n })
          .onConflict(c => c.column('subject').doUpdateSet({ n })),
      );
    },
    update(
      tx: Tx,
      subject: string,
      change: {
        n?: number;
        outcome?: 'done' | 'held';
        told?: 'done' | 'held';
        refusal?: string | null;
        waiting?: number;
        held?: number;
        revoked?: number;
        completed_at?: string | null;
      },
    ) {
      tx.run(query.updateTable('fleet_forget').set(change).where('subject', '=', subject));
    },
  };
}
