import type { Reads, Tx } from '../../database/database.ts';
import { query } from '../../database/query.ts';

/** Queries about forgetting and holding. */
export function createPrivacyStore(read: Reads) {
  return {
    forgottenAt: (subject: string): string | null =>
      read.get(query.selectFrom('forgotten').select('at').where('subject', '=', subject))?.at ?? null,
    sealedValues: (subject: string): number =>
      read.get(
        query
          .selectFrom('pii')
          .select(({ fn }) => fn.countAll<number>().as('n'))
          .where('subject', '=', subject),
      )?.n ?? 0,
    hold: (subject: string) => read.get(query.selectFrom('legal_hold').selectAll().where('subject', '=', subject)),
    holds: () => read.all(query.selectFrom('legal_hold').selectAll().orderBy('since')),
    insertHold(tx: Tx, row: { subject: string; since: string; idx: number }) {
      tx.run(query.insertInto('legal_hold').values(row));
    },
    deleteHold(tx: Tx, subject: string) {
      tx.run(query.deleteFrom('legal_hold').where('subject', '=', subject));
    },
    /** Takes every sealed value of the subject away and notes when. */
    forget(tx: Tx, row: { subject: string; at: string; idx: number }) {
      tx.run(query.deleteFrom('pii').where('subject', '=', row.subject));
      tx.run(query.insertInto('forgotten').values(row));
    },
    /** A person who is forgotten can never sign in again: the hash of the password goes too. */
    clearOperator(tx: Tx, operatorId: string) {
      tx.run(query.updateTable('operator').set({ active: 0, password_hash: '' }).where('id', '=', operatorId));
    },
    /** Subjects of entries or sealed values that the server does not have: `cosigned` entries are there. */
    unsynced: (cosigned: number) =>
      read
        .all(
          query
            .selectFrom('pii')
            .select('subject')
            .distinct()
            .where(e => e.or([e('uploaded', '=', 0), e('idx', '>=', cosigned)])),
        )
        .map(row => row.subject),
    /** Every subject with sealed values. */
    subjects: () => read.all(query.selectFrom('pii').select('subject').distinct()).map(row => row.subject),
    /** Everybody and everything that was ever forgotten here. */
    forgottenSubjects: () => read.all(query.selectFrom('forgotten').select('subject')).map(row => row.subject),
  };
}
