import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { serverMigrations } from '../../migrations/server/index.ts';
import { ServerError } from '../problems.ts';
import type { ServerTables } from './tables.ts';

export type ServerDatabase = { db: Kysely<ServerTables>; close(): Promise<void> };

/**
 * The embedded store: one file, held by this process alone, every commit durable before it is answered. Throws
 * ServerError with words for a folder that cannot be written and for a second server on the same folder.
 */
export async function openEmbeddedDatabase(dataDir: string): Promise<ServerDatabase> {
  const sqlite = openFile(dataDir);
  const db = new Kysely<ServerTables>({ dialect: new SqliteDialect({ database: sqlite }) });
  const done = Number(sqlite.pragma('user_version', { simple: true }));
  for (const [index, step] of serverMigrations.entries()) {
    if (index < done) continue;
    await db.transaction().execute(trx => step.up(trx.schema, 'blob'));
    sqlite.pragma(`user_version=${index + 1}`);
  }
  return { db, close: () => db.destroy() };
}

function openFile(dataDir: string): Sqlite.Database {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const file = join(dataDir, 'server.db');
    closeSync(openSync(file, 'a', 0o600));
    const sqlite = new Sqlite(file, { timeout: 0 });
    // Held for as long as the process lives, so that two servers can never cosign from one folder.
    sqlite.pragma('locking_mode=EXCLUSIVE');
    sqlite.pragma('journal_mode=WAL');
    sqlite.pragma('synchronous=FULL');
    sqlite.pragma('trusted_schema=OFF');
    sqlite.exec('BEGIN IMMEDIATE; COMMIT');
    return sqlite;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('SQLITE_BUSY'))
      throw new ServerError(503, 'Another server uses this data folder. Stop it first.', { cause });
    throw new ServerError(500, 'The data folder cannot be used. Check that it is a folder this account may write.', {
      cause,
    });
  }
}
