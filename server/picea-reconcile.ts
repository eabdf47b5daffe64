import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ServerTables } from './database/tables.ts';
import type { PiceaApi } from './picea-api.ts';

const mostPages = 1_000;
const mostPdfs = 500;

/**
 * Compares what Picea's cloud knows with the erases of journals. Whatever was fetched is stored with the cursor in one
 * transaction, so that an end at any time neither loses nor doubles a transaction.
 */
export function createPiceaReconciler({ db, api }: { db: Kysely<ServerTables>; api: PiceaApi }) {
  const cursor = async (): Promise<number> => {
    const row = await db.selectFrom('picea_cursor').selectAll().where('client', '=', api.clientId).executeTakeFirst();
    return Number(row?.next_position ?? 0);
  };

  /** The next transactions; false when there are none for now. */
  const page = async (): Promise<boolean> => {
    const from = await cursor();
    const answer = await api.transactions(from);
    if (answer === 'later') return false;
    const fresh = answer.filter(({ index }) => index >= from);
    if (fresh.length === 0) return false;
    const next_position = Math.max(...fresh.map(({ index }) => index)) + 1;
    await db.transaction().execute(async trx => {
      for (const { uid, type, index: position } of fresh)
        await trx
          .insertInto('picea_transaction')
          .values({ uid, type, position, pdf_sha256: null })
          .onConflict(c => c.column('uid').doNothing())
          .execute();
      await trx
        .insertInto('picea_cursor')
        .values({ client: api.clientId, next_position })
        .onConflict(c => c.column('client').doUpdateSet({ next_position }))
        .execute();
    });
    return true;
  };

  const pdfs = async () => {
    const rows = await db
      .selectFrom('picea_transaction')
      .select('uid')
      .where('pdf_sha256', 'is', null)
      .orderBy('position', 'desc')
      .limit(mostPdfs)
      .execute();
    for (const { uid } of rows) {
      const pdf = await api.pdf(uid);
      if (typeof pdf === 'string') continue;
      const pdf_sha256 = createHash('sha256').update(pdf).digest('hex');
      await db.updateTable('picea_transaction').set({ pdf_sha256 }).where('uid', '=', uid).execute();
    }
  };

  return {
    /** Fetches what is new and the hashes of PDFs that were not ready before. Throws PiceaError; what was fetched stays. */
    async poll(): Promise<void> {
      for (let n = 0; n < mostPages && (await page()); n++);
      await pdfs();
    },
  };
}

/** Transactions that no journal knows, and erases of journals that Picea does not know; the operation id is the `uid`. */
export async function piceaOrphans(db: Kysely<ServerTables>) {
  const atPicea = await db
    .selectFrom('picea_transaction as t')
    .leftJoin('projected_erase as e', 'e.operation', 't.uid')
    .select(['t.uid', 't.pdf_sha256'])
    .where('e.operation', 'is', null)
    .orderBy('t.position')
    .execute();
  const inJournals = await db
    .selectFrom('projected_erase as e')
    .leftJoin('picea_transaction as t', 't.uid', 'e.operation')
    .select(['e.oh', 'e.job', 'e.operation'])
    .where('t.uid', 'is', null)
    .orderBy('e.oh')
    .orderBy('e.idx')
    .execute();
  return { atPicea, inJournals };
}
