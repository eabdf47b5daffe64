import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import type { Compilable } from 'kysely';
import { type Migration, migrate } from './migrate.ts';
import { translateSqliteError } from './sqlite-errors.ts';

/** Runs typed queries; what it returns is what the query's type says. */
export type Reads = {
  all<O>(query: Compilable<O>): O[];
  get<O>(query: Compilable<O>): O | undefined;
};

/** A transaction under way: everything run on it becomes durable together or not at all. */
export type Tx = Reads & { run(query: Compilable<unknown>): { changes: number } };

export type Database = {
  readonly read: Reads;
  /**
   * Runs `work` in one transaction, synchronously, and returns after it is durable on disk (synchronous=FULL).
   * Throws what `work` throws, after rolling back, and BenchError `disk_full`, `database_damaged` or
   * `data_folder_unusable` for what the disk does.
   */
  write<T>(work: (tx: Tx) => T): T;
  /** Takes what was deleted out of the write-ahead log too, so that no file of the database holds it any more. */
  purge(): void;
  /**
   * Puts every page under another raw 256-bit key, in one durable step that a crash leaves undone or done. Takes about
   * ten milliseconds a megabyte and as much disk again meanwhile. Throws as `write` does; the old key holds then.
   */
  rekey(key: Buffer): void;
  /**
   * Writes a compact copy as of now, under the same key, to a file that must not exist yet; others may write meanwhile.
   * Throws as `write` does.
   */
  copyTo(file: string): void;
  close(): void;
};

/**
 * Opens or creates a SQLCipher 4 database with a raw 256-bit key and brings it to the newest migration.
 * Throws `database_key_wrong`, `database_damaged`, `database_newer` or `data_folder_unusable`.
 */
export function openDatabase(options: { file: string; key: Buffer; migrations: readonly Migration[] }): Database {
  const { file, key, migrations } = options;
  const existed = existsSync(file) && statSync(file).size > 0;
  try {
    // Made here, so that no other account can read it between creation and chmod.
    closeSync(openSync(file, 'a', 0o600));
    const sqlite = new Sqlite(file);
    try {
      unlock(sqlite, key, existed);
      migrate(sqlite, migrations);
      return wrap(sqlite);
    } catch (error) {
      sqlite.close();
      throw error;
    }
  } catch (error) {
    throw translateSqliteError(error, file);
  }
}

function unlock(sqlite: Sqlite.Database, key: Buffer, existed: boolean) {
  sqlite.pragma(`cipher='sqlcipher'`);
  sqlite.pragma('legacy=4');
  sqlite.pragma(`key="x'${key.toString('hex')}'"`);
  // A wrong key shows here as NOTADB, a file cut short as CORRUPT: before anything is written to it.
  if (existed) sqlite.prepare('SELECT count(*) FROM sqlite_master').get();
  sqlite.pragma('journal_mode=WAL');
  sqlite.pragma('synchronous=FULL');
  if (process.platform === 'darwin') sqlite.pragma('fullfsync=1');
  sqlite.pragma('secure_delete=ON');
  sqlite.pragma('trusted_schema=OFF');
  sqlite.pragma('foreign_keys=ON');
  sqlite.pragma('temp_store=MEMORY');
}

function wrap(sqlite: Sqlite.Database): Database {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (text: string) => {
    const known = statements.get(text);
    if (known) return known;
    const statement = sqlite.prepare(text);
    statements.set(text, statement);
    return statement;
  };
  const read: Reads = {
    all<O>(query: Compilable<O>) {
      const { sql, parameters } = query.compile();
      return prepared(sql).all(...parameters) as O[];
    },
    get<O>(query: Compilable<O>) {
      const { sql, parameters } = query.compile();
      return prepared(sql).get(...parameters) as O | undefined;
    },
  };
  const tx: Tx = {
    ...read,
    run(query) {
      const { sql, parameters } = query.compile();
      return { changes: prepared(sql).run(...parameters).changes };
    },
  };
  const transaction = sqlite.transaction((work: (tx: Tx) => unknown) => work(tx));
  return {
    read,
    write<T>(work: (tx: Tx) => T) {
      try {
        return transaction.immediate(work) as T;
      } catch (error) {
        throw translateSqliteError(error, sqlite.name);
      }
    },
    purge() {
      sqlite.pragma(['wal_checkpoint', 'TRUNCATE'].join('='));
    },
    rekey(key) {
      const emptyLog = () => sqlite.pragma(['wal_checkpoint', 'TRUNCATE'].join('='));
      try {
        emptyLog();
        sqlite.pragma(`rekey="x'${key.toString('hex')}'"`);
      } catch (error) {
        throw translateSqliteError(error, sqlite.name);
      }
      // The pages under the old key are still in the file, and those under the new one in the log beside it.
      emptyLog();
    },
    copyTo(file) {
      try {
        sqlite.prepare('VACUUM INTO ?').run(file);
      } catch (error) {
        throw translateSqliteError(error, file);
      }
    },
    close() {
      sqlite.close();
    },
  };
}
