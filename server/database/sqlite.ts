import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { type Dialect, Kysely, SqliteDialect } from 'kysely';
import { serverMigrations } from '../../migrations/server/index.ts';
import { ServerError } from '../problems.ts';
import type { ServerTables } from './tables.ts';

export type ServerDatabase = {
  db: Kysely<ServerTables>;
  /** Takes what was deleted out of the files too; false when somebody who reads just now keeps it from doing so. */
  purge(): Promise<boolean>;
  close(): Promise<void>;
};

/**
 * The embedded store: one file, every commit durable before it is answered. `alone` holds the folder for as long as it
 * is open, so that two servers can never cosign from one. Throws ServerError with words for a folder that cannot be
 * written and for a second server on the same folder.
 */
export async function openEmbeddedDatabase(dataDir: string, options: { alone: boolean }): Promise<ServerDatabase> {
  const lock = options.alone ? inWords(() => lockFolder(dataDir)) : null;
  try {
    const sqlite = inWords(() => openFile(dataDir));
    const db = new Kysely<ServerTables>({ dialect: dialectOf(sqlite) });
    await migrate(sqlite, db);
    const close = async () => {
      await db.destroy();
      lock?.close();
    };
    return { db, purge: async () => purge(sqlite), close };
  } catch (error) {
    lock?.close();
    throw error;
  }
}

/** SQLite ends a transaction itself when the disk fails; rolling back once more would hide why it failed. */
function dialectOf(sqlite: Sqlite.Database): Dialect {
  const dialect = new SqliteDialect({ database: sqlite });
  return {
    createAdapter: () => dialect.createAdapter(),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createIntrospector: db => dialect.createIntrospector(db),
    createDriver() {
      const driver = dialect.createDriver();
      const rollback = driver.rollbackTransaction.bind(driver);
      driver.rollbackTransaction = async connection => {
        if (sqlite.inTransaction) await rollback(connection);
      };
      return driver;
    },
  };
}

/** Stops bugs, not the owner of the file: what was received is neither changed nor deleted. */
const appendOnly = `
CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'received entries are append-only'); END;
CREATE TRIGGER entry_no_delete BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'received entries are append-only'); END;
`;

async function migrate(sqlite: Sqlite.Database, db: Kysely<ServerTables>): Promise<void> {
  const done = Number(sqlite.pragma('user_version', { simple: true }));
  if (done > serverMigrations.length)
    throw new ServerError(500, 'The database was written by a newer server. Install that version or a later one.');
  for (const [index, step] of serverMigrations.entries()) {
    if (index < done) continue;
    await db.transaction().execute(async trx => {
      await step.up(trx.schema, 'blob');
      if (index === 0) sqlite.exec(appendOnly);
      sqlite.pragma(`user_version=${index + 1}`);
    });
  }
}

function purge(sqlite: Sqlite.Database): boolean {
  const rows = sqlite.pragma(['wal_checkpoint', 'TRUNCATE'].join('='));
  return Array.isArray(rows) && rows[0]?.busy === 0;
}

function lockFolder(dataDir: string): Sqlite.Database {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = new Sqlite(join(dataDir, 'server.lock'), { timeout: 0 });
  lock.pragma('locking_mode=EXCLUSIVE');
  lock.exec('BEGIN EXCLUSIVE; COMMIT');
  return lock;
}

function openFile(dataDir: string): Sqlite.Database {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'server.db');
  closeSync(openSync(file, 'a', 0o600));
  const sqlite = new Sqlite(file, { timeout: 2_000 });
  sqlite.pragma('journal_mode=WAL');
  sqlite.pragma('synchronous=FULL');
  sqlite.pragma('secure_delete=ON');
  sqlite.pragma('trusted_schema=OFF');
  sqlite.exec('BEGIN IMMEDIATE; COMMIT');
  return sqlite;
}

function inWords<T>(open: () => T): T {
  try {
    return open();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code.startsWith('SQLITE_BUSY'))
      throw new ServerError(503, 'Another server uses this data folder. Stop it first.', { cause });
    throw new ServerError(500, 'The data folder cannot be used. Check that it is a folder this account may write.', {
      cause,
    });
  }
}
