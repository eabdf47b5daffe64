import type { Reads, Tx } from '../../database/database.ts';
import { keyQuery, query } from '../../database/query.ts';

/** Subjects with sealed values in this copy of the station database. */
export function sealedSubjects(read: Reads): string[] {
  return read.all(query.selectFrom('pii').select('subject').distinct()).map(row => row.subject);
}

/** Everything in the key database. */
export function allKeys(read: Reads) {
  return {
    here: read.all(keyQuery.selectFrom('subject_key').select(['subject', 'wrapped', 'created_at', 'escrowed'])),
    away: read.all(keyQuery.selectFrom('away').select(['subject', 'since'])),
  };
}

export type KeyRows = ReturnType<typeof allKeys>;

export function insertKeys(tx: Tx, { here, away }: KeyRows): void {
  for (const row of here) tx.run(keyQuery.insertInto('subject_key').values(row));
  for (const row of away) tx.run(keyQuery.insertInto('away').values(row));
}
