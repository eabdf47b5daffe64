import type { Kysely } from 'kysely';
import { decodeEntry } from '../shared/tlog/entry.ts';
import { TlogError } from '../shared/tlog/errors.ts';
import { sha256 } from '../shared/tlog/hash.ts';
import type { ServerTables } from './database/tables.ts';
import { mayTake, orderOf } from './holders.ts';
import { type Db, entriesOf, type LogRow } from './log-store.ts';
import { ServerError } from './problems.ts';

export type SealedValue = { idx: number; slot: number; ct: Buffer };
/** 201 stored, 200 had it, 404 no such entry or slot, 409 something else is there, 410 forgotten, 422 not what the entry commits to. */
export type PutStatus = 200 | 201 | 404 | 409 | 410 | 422;

const pageSize = 500;

/** Sealed personal data beside the logs, and the escrow of its keys. Nothing of a forgotten subject is ever taken. */
export function createSealedStore({ db, now }: { db: Kysely<ServerTables>; now: () => number }) {
  const committed = async (log: LogRow, { idx, slot }: SealedValue) => {
    const [bytes] = idx < log.size ? await entriesOf(db, log.oh, idx, idx + 1) : [];
    if (!bytes) return undefined;
    try {
      return decodeEntry(bytes).pii[slot];
    } catch (error) {
      if (error instanceof TlogError) return undefined;
      throw error;
    }
  };

  const store = async (trx: Db, log: LogRow, station: string, value: SealedValue, subject: string) => {
    const { idx, slot, ct } = value;
    if (!(await mayTake(trx, subject, station))) return 410;
    const known = await trx
      .selectFrom('pii')
      .select('ct')
      .where('oh', '=', log.oh)
      .where('idx', '=', idx)
      .where('slot', '=', slot)
      .executeTakeFirst();
    if (known) return known.ct.equals(ct) ? 200 : 409;
    await trx.insertInto('pii').values({ oh: log.oh, idx, slot, subject, ct }).execute();
    return 201;
  };

  /** Stores all of them in one transaction, each answered as if it came alone. */
  const putValues = async (log: LogRow, station: string, values: readonly SealedValue[]): Promise<PutStatus[]> => {
    const claims: { value: SealedValue; claim: Awaited<ReturnType<typeof committed>> }[] = [];
    for (const value of values) claims.push({ value, claim: await committed(log, value) });
    return db.transaction().execute(async trx => {
      const statuses: PutStatus[] = [];
      for (const { value, claim } of claims) {
        if (!claim) statuses.push(404);
        else if (sha256(value.ct).toString('base64url') !== claim.h) statuses.push(422);
        else statuses.push(await store(trx, log, station, value, claim.s));
      }
      return statuses;
    });
  };

  return {
    putValues,
    /** Sealed values of a log from entry `from` on, a page at a time; `next` is null on the last. */
    async values(log: LogRow, from: number): Promise<{ values: SealedValue[]; next: number | null }> {
      const rows = await db
        .selectFrom('pii')
        .select(['idx', 'slot', 'ct'])
        .where('oh', '=', log.oh)
        .where('idx', '>=', from)
        .where('idx', '<', from + pageSize)
        .orderBy('idx')
        .orderBy('slot')
        .execute();
      return { values: rows, next: from + pageSize < log.size ? from + pageSize : null };
    },
    async value(log: LogRow, idx: number, slot: number): Promise<Buffer> {
      const row = await db
        .selectFrom('pii')
        .select('ct')
        .where('oh', '=', log.oh)
        .where('idx', '=', idx)
        .where('slot', '=', slot)
        .executeTakeFirst();
      if (!row) throw new ServerError(404, 'There is no such value here.');
      return row.ct;
    },
    putKey(subject: string, station: string, sealed: string): Promise<200 | 201 | 409 | 410> {
      return db.transaction().execute(async trx => {
        if (!(await mayTake(trx, subject, station))) return 410;
        const known = await trx
          .selectFrom('subject_key')
          .select('sealed')
          .where('subject', '=', subject)
          .where('station', '=', station)
          .executeTakeFirst();
        if (known) return known.sealed === sealed ? 200 : 409;
        const received_at = new Date(now()).toISOString();
        await trx.insertInto('subject_key').values({ subject, station, sealed, received_at }).execute();
        return 201;
      });
    },
    /** What this very station left here; throws 404, and 410 when the subject was forgotten. */
    async key(subject: string, station: string): Promise<string> {
      if (await orderOf(db, subject)) throw new ServerError(410, 'This subject was ordered to be forgotten.');
      const row = await db
        .selectFrom('subject_key')
        .select('sealed')
        .where('subject', '=', subject)
        .where('station', '=', station)
        .executeTakeFirst();
      if (!row) throw new ServerError(404, 'This station left no key of this subject here.');
      return row.sealed;
    },
  };
}

export type SealedStore = ReturnType<typeof createSealedStore>;
