import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { serverMigrations } from '../../migrations/server/index.ts';
import { ServerError } from '../problems.ts';
import type { ServerDatabase } from './sqlite.ts';
import type { ServerTables } from './tables.ts';

/** Numbers of entries and tiles fit a safe integer; PostgreSQL would send them as text. */
const int8 = 20;

/**
 * A PostgreSQL database, for more than one site. Throws ServerError with words when it cannot be reached or was written
 * by a newer server.
 */
export async function openPostgres(url: string): Promise<ServerDatabase> {
  const types = { getTypeParser: parserOf };
  const pool = new pg.Pool({ connectionString: url, types, max: 8, connectionTimeoutMillis: 5_000 });
  // An idle connection that breaks is replaced by the pool; the next query says so if that fails.
  pool.on('error', () => {});
  const db = new Kysely<ServerTables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrate(db);
  } catch (cause) {
    await db.destroy();
    if (cause instanceof ServerError) throw cause;
    throw new ServerError(
      500,
      'The PostgreSQL database of DATABASE_URL cannot be used. Check address, account and rights.',
      { cause },
    );
  }
  return { db, purge: () => purge(db), close: () => db.destroy() };
}

/** The keys are rewritten as a whole: they are few, and a sealed value without its key is noise. */
async function purge(db: Kysely<ServerTables>): Promise<boolean> {
  await sql`VACUUM FULL subject_key`.execute(db);
  await sql`VACUUM FULL site_directory`.execute(db);
  for (const table of ['pii', 'blob', 'blob_piece']) await sql`VACUUM ${sql.table(table)}`.execute(db);
  return true;
}

function parserOf(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
  return oid === int8 ? Number : pg.types.getTypeParser(oid, format === 'binary' ? 'text' : format);
}

async function migrate(db: Kysely<ServerTables>): Promise<void> {
  await db.transaction().execute(async trx => {
    // One server migrates at a time; the lock goes with the transaction.
    await sql`SELECT pg_advisory_xact_lock(7465726)`.execute(trx);
    // The role of the server may not create anything: it is asked for only when there is something to do.
    const { rows: there } = await sql<{ is: boolean }>`SELECT to_regclass('schema_version') IS NOT NULL AS is`.execute(
      trx,
    );
    if (!there[0]?.is) await sql`CREATE TABLE schema_version(version integer NOT NULL)`.execute(trx);
    const { rows } = await sql<{ version: number }>`SELECT version FROM schema_version`.execute(trx);
    const done = rows[0]?.version ?? 0;
    if (done > serverMigrations.length)
      throw new ServerError(500, 'The database was written by a newer server. Install that version or a later one.');
    if (done === serverMigrations.length) return;
    for (const step of serverMigrations.slice(done)) await step.up(trx.schema, 'bytea');
    if (done === 0) await protectEntries(trx);
    await sql`DELETE FROM schema_version`.execute(trx);
    await sql`INSERT INTO schema_version VALUES (${serverMigrations.length})`.execute(trx);
  });
}

/** Stops bugs, not the owner of the database: what was received is neither changed nor deleted. */
async function protectEntries(trx: Kysely<ServerTables>): Promise<void> {
  await sql`CREATE FUNCTION entry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'received entries are append-only'; END $$`.execute(trx);
  await sql`CREATE TRIGGER entry_append_only BEFORE UPDATE OR DELETE ON entry
    FOR EACH ROW EXECUTE FUNCTION entry_is_append_only()`.execute(trx);
}
