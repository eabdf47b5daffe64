import type { Kysely } from 'kysely';
import type { ServerTables } from './database/tables.ts';

export type StationLine = { station: string; prefix: string; origin: string; entries: number; frozen: string | null };
export type Stats = { logs: number; entries: number; frozen: number; quarantined: number; openCodes: number };

/** Every log of a station, by prefix. */
export async function stationsOf(db: Kysely<ServerTables>): Promise<StationLine[]> {
  const rows = await db
    .selectFrom('log')
    .select(['station', 'prefix', 'origin', 'size', 'frozen'])
    .where('station', 'is not', null)
    .orderBy('prefix')
    .orderBy('origin')
    .execute();
  return rows.map(({ station, prefix, origin, size, frozen }) => ({
    station: station ?? '',
    prefix: prefix ?? '',
    origin,
    entries: Number(size),
    frozen,
  }));
}

/** Counts over the whole store; the fleet log is not counted. */
export async function statsOf(db: Kysely<ServerTables>, nowMs: number): Promise<Stats> {
  const logs = await db
    .selectFrom('log')
    .select(({ fn }) => [fn.countAll().as('logs'), fn.sum('size').as('entries'), fn.count('frozen').as('frozen')])
    .where('station', 'is not', null)
    .executeTakeFirstOrThrow();
  const quarantine = await db
    .selectFrom('quarantine')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  const codes = await db
    .selectFrom('enrol_code')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('used_by', 'is', null)
    .where('expires_at', '>', new Date(nowMs).toISOString())
    .executeTakeFirstOrThrow();
  return {
    logs: Number(logs.logs),
    entries: Number(logs.entries ?? 0),
    frozen: Number(logs.frozen),
    quarantined: Number(quarantine.count),
    openCodes: Number(codes.count),
  };
}
