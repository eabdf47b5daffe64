import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { ServerTables } from '../database/tables.ts';

const purgeEveryMs = 60_000;

/** Lets each assertion and each proof pass once, on every server of the same store and over its restarts. */
export function createReplayGuard({ db, now }: { db: Kysely<ServerTables>; now: () => number }) {
  let purgeAt = 0;

  const purge = async () => {
    if (now() < purgeAt) return;
    purgeAt = now() + purgeEveryMs;
    await db.deleteFrom('dpop_jti').where('expires_at', '<', now()).execute();
  };

  return {
    /** False when it passed before. `untilMs` is when it would be refused for its age. */
    async passes(parts: readonly string[], untilMs: number): Promise<boolean> {
      await purge();
      const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('dpop_jti')
        .values({ hash, expires_at: Math.ceil(untilMs) })
        .onConflict(c => c.doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n;
    },
  };
}

export type ReplayGuard = ReturnType<typeof createReplayGuard>;
