import type { Kysely } from 'kysely';
import type { ServerTables } from './database/tables.ts';

export type StationLine = { station: string; prefix: string; origin: string; entries: number; frozen: string | null };
export type Stats = {
  logs: number;
  entries: number;
  frozen: number;
  quarantined: number;
  openCodes: number;
  unprojected: number;
  projectionErrors: number;
};

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

export type JobLine = { ticket: string | null; state: string; type: string; at: string };

/** The jobs of all stations as their newest entries left them, by ticket. */
export async function jobsOf(db: Kysely<ServerTables>): Promise<JobLine[]> {
  return db
    .selectFrom('projected_job')
    .select(['ticket', 'state', 'last_type as type', 'updated_at as at'])
    .orderBy('ticket')
    .orderBy('job')
    .execute();
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
  const projected = await db
    .selectFrom('projector')
    .innerJoin('log', 'log.oh', 'projector.oh')
    .select(({ fn }) => fn.sum('next_idx').as('entries'))
    .where('log.station', 'is not', null)
    .executeTakeFirstOrThrow();
  const errors = await db
    .selectFrom('projection_error')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  return {
    logs: Number(logs.logs),
    entries: Number(logs.entries ?? 0),
    frozen: Number(logs.frozen),
    quarantined: Number(quarantine.count),
    openCodes: Number(codes.count),
    unprojected: Number(logs.entries ?? 0) - Number(projected.entries ?? 0),
    projectionErrors: Number(errors.count),
  };
}
