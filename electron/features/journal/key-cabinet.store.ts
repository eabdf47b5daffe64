import type { Database } from '../../database/database.ts';
import { keyQuery } from '../../database/query.ts';
import type { Clock } from '../../drivers/clock/clock.ts';

type Row = { subject: string; wrapped: Buffer; created_at: string; escrowed: number };

/** Where the wrapped keys of subjects are: here, in escrow as well, or in escrow alone. */
export function createKeyCabinet(keys: Database, clock: Clock) {
  const isHere = (subject: string) =>
    keys.read.get(keyQuery.selectFrom('subject_key').select('subject').where('subject', '=', subject)) !== undefined;
  const isAway = (subject: string) =>
    keys.read.get(keyQuery.selectFrom('away').select('subject').where('subject', '=', subject)) !== undefined;
  const all = () => [
    ...keys.read.all(keyQuery.selectFrom('subject_key').select('subject')),
    ...keys.read.all(keyQuery.selectFrom('away').select('subject')),
  ];

  return {
    isAway,
    /** Whether the subject has a key, wherever it is: it was not forgotten. */
    has: (subject: string) => isHere(subject) || isAway(subject),
    /** Subjects without a key among these. */
    missingOf(subjects: readonly string[]): string[] {
      const known = new Set(all().map(row => row.subject));
      return subjects.filter(subject => !known.has(subject));
    },
    /** Subjects whose key nobody else has. */
    notInEscrow: (limit: number): string[] =>
      keys.read
        .all(
          keyQuery
            .selectFrom('subject_key')
            .select('subject')
            .where('escrowed', '=', 0)
            .orderBy('created_at')
            .limit(limit),
        )
        .map(row => row.subject),
    inEscrow: (): string[] =>
      keys.read
        .all(keyQuery.selectFrom('subject_key').select('subject').where('escrowed', '=', 1))
        .map(row => row.subject),
    markInEscrow(subject: string): void {
      keys.write(tx => tx.run(keyQuery.updateTable('subject_key').set({ escrowed: 1 }).where('subject', '=', subject)));
    },
    /** Drops the keys of these here, where the escrow has them. Call `rewrapAll` after it. */
    sendAway(subjects: readonly string[]): void {
      const since = new Date(clock.now()).toISOString();
      keys.write(tx => {
        for (const subject of subjects) {
          const gone = tx.run(
            keyQuery.deleteFrom('subject_key').where('subject', '=', subject).where('escrowed', '=', 1),
          );
          if (gone.changes === 1) tx.run(keyQuery.insertInto('away').values({ subject, since }));
        }
      });
    },
    /** Notes of subjects without a key here that the escrow may have it. */
    seek(subjects: readonly string[]): void {
      const since = new Date(clock.now()).toISOString();
      keys.write(tx => {
        for (const subject of subjects) {
          tx.run(
            keyQuery
              .insertInto('away')
              .values({ subject, since })
              .onConflict(c => c.column('subject').doNothing()),
          );
        }
      });
    },
    putBack(row: Row): void {
      keys.write(tx => {
        const { changes } = tx.run(keyQuery.deleteFrom('away').where('subject', '=', row.subject));
        if (changes === 1) tx.run(keyQuery.insertInto('subject_key').values(row));
      });
    },
    /** Forgets the key. Call `rewrapAll` after it, or an older copy of the key database still opens it. */
    drop(subject: string): void {
      keys.write(tx => {
        tx.run(keyQuery.deleteFrom('subject_key').where('subject', '=', subject));
        tx.run(keyQuery.deleteFrom('away').where('subject', '=', subject));
      });
    },
  };
}
