import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import type { KeyTables, Tables } from './tables.ts';

function builder<T>() {
  return new Kysely<T>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: db => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
}

/** Builds typed queries for the station database; they run on a `Reads` or `Tx`. */
export const query = builder<Tables>();
/** Builds typed queries for the key database. */
export const keyQuery = builder<KeyTables>();
