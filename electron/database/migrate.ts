import type Sqlite from 'better-sqlite3';
import { BenchError } from '../../shared/errors.ts';

export type Migration = { readonly name: string; readonly sql: string };

/** Runs the steps that `user_version` has not counted yet, each in a transaction of its own. */
export function migrate(sqlite: Sqlite.Database, migrations: readonly Migration[]): void {
  const done = Number(sqlite.pragma('user_version', { simple: true }));
  if (done > migrations.length) {
    throw new BenchError(
      'database_newer',
      'The data was written by a newer Veriqko Bench. Install that version or a later one.',
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < done) continue;
    sqlite.transaction(() => {
      sqlite.exec(step.sql);
      sqlite.pragma(`user_version=${index + 1}`);
    })();
  }
}
