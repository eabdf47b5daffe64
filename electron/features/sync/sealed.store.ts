import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';

/** Queries about sealed values on their way to the server. */
export function createSealedStore(read: Reads) {
  return {
    /** Those of entries before the place `cosigned` that the server does not have, the oldest first. */
    toSend: (cosigned: number, limit: number) =>
      read.all(
        query
          .selectFrom('pii')
          .select(['idx', 'slot', 'ct'])
          .where('uploaded', '=', 0)
          .where('idx', '<', cosigned)
          .orderBy('idx')
          .orderBy('slot')
          .limit(limit),
      ),
    /** `uploaded`: 1 the server has it, 2 it will never take it. */
    mark(tx: Tx, { idx, slot }: { idx: number; slot: number }, uploaded: 1 | 2) {
      tx.run(query.updateTable('pii').set({ uploaded }).where('idx', '=', idx).where('slot', '=', slot));
    },
  };
}
