import { setImmediate as turn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { decodeEntry, type LeafEnvelope } from '../shared/tlog/entry.ts';
import type { ServerTables } from './database/tables.ts';
import { type Db, entriesOf } from './log-store.ts';

const atOnce = 200;

const Opened = z.object({ ticket: z.string().min(1).max(64) });
const Erased = z.object({ operationId: z.string().min(1).max(256) });
const Moved = z.object({ to: z.string().min(1).max(64) });

type Deps = { db: Kysely<ServerTables>; log(line: Record<string, unknown>): void };

/**
 * Reads entries into tables, after they were taken and apart from that: it goes on where it ended, what it cannot read
 * is written down and passed over, and a table can be filled anew by forgetting how far it was.
 */
export function createProjector({ db, log }: Deps) {
  let running: Promise<void> | null = null;
  let again = false;
  let closed = false;

  /** The next entries of one log; false when there are none. */
  const step = async (oh: string, size: number): Promise<boolean> => {
    const cursor = await db.selectFrom('projector').select('next_idx').where('oh', '=', oh).executeTakeFirst();
    const from = cursor?.next_idx ?? 0;
    if (from >= size) return false;
    const entries = await entriesOf(db, oh, from, Math.min(size, from + atOnce));
    if (entries.length === 0) return false;
    await db.transaction().execute(async trx => {
      for (const [i, bytes] of entries.entries()) {
        const fault = await project(trx, oh, from + i, bytes);
        if (fault === null) continue;
        const error = { oh, idx: from + i, fault };
        await trx
          .insertInto('projection_error')
          .values(error)
          .onConflict(c => c.doNothing())
          .execute();
      }
      const next_idx = from + entries.length;
      await trx
        .insertInto('projector')
        .values({ oh, next_idx })
        .onConflict(c => c.column('oh').doUpdateSet({ next_idx }))
        .execute();
    });
    return true;
  };

  const all = async () => {
    do {
      again = false;
      const logs = await db.selectFrom('log').select(['oh', 'size']).where('station', 'is not', null).execute();
      for (const { oh, size } of logs) while (!closed && (await step(oh, size))) await turn();
    } while (again && !closed);
  };

  return {
    /** There may be entries to read. */
    soon() {
      again = true;
      if (closed || running) return;
      running = turn()
        .then(all)
        .catch((error: unknown) =>
          log({ level: 'error', event: 'projector.failed', error: error instanceof Error ? error.name : 'unknown' }),
        )
        .finally(() => {
          running = null;
        });
    },
    async close(): Promise<void> {
      closed = true;
      await running;
    },
  };
}

/** Why an entry could not be read; null when it was, or is about nothing that is kept here. */
async function project(trx: Db, oh: string, idx: number, bytes: Buffer): Promise<string | null> {
  const entry = entryIn(bytes);
  if (!entry) return 'no journal entry';
  if (entry.job === undefined) return null;
  const { job, type, at: updated_at } = entry;
  if (type === 'job.opened') {
    const opened = Opened.safeParse(entry.data);
    if (!opened.success) return `${type}: no ticket`;
    const row = { ticket: opened.data.ticket, state: 'intake', last_type: type, updated_at };
    await trx
      .insertInto('projected_job')
      .values({ oh, job, ...row })
      .onConflict(c => c.columns(['oh', 'job']).doUpdateSet(row))
      .execute();
    return null;
  }
  if (type === 'job.erase_reported') {
    const erased = Erased.safeParse(entry.data);
    if (!erased.success) return `${type}: no operation`;
    await trx
      .insertInto('projected_erase')
      .values({ oh, idx, job, operation: erased.data.operationId })
      .onConflict(c => c.doNothing())
      .execute();
  }
  const moved = Moved.safeParse(entry.data);
  const { numUpdatedRows } = await trx
    .updateTable('projected_job')
    .set({ last_type: type, updated_at, ...(moved.success ? { state: moved.data.to } : {}) })
    .where('oh', '=', oh)
    .where('job', '=', job)
    .executeTakeFirst();
  return numUpdatedRows === 0n ? `${type}: of a job that was never opened` : null;
}

function entryIn(bytes: Buffer): LeafEnvelope | null {
  try {
    return decodeEntry(bytes);
  } catch {
    return null;
  }
}
