import type { Database, Tx } from './database.ts';
import { query } from './query.ts';

/** 0 waits to be sent, 1 the server has it, 2 it will never take it. */
type AtServer = 0 | 1 | 2;

/** Which encrypted files there are beside the database. */
export function createFilesStore({ read, write }: Pick<Database, 'read' | 'write'>) {
  return {
    /** Told before a file is written: one that nobody knows of could never be forgotten. */
    note(sha256: string, subject: string): void {
      write(tx =>
        tx.run(
          query
            .insertInto('file')
            .values({ sha256, subject })
            .onConflict(c => c.column('sha256').doNothing()),
        ),
      );
    },
    waiting: (): { sha256: string; subject: string }[] =>
      read.all(query.selectFrom('file').select(['sha256', 'subject']).where('at_server', '=', 0).orderBy('sha256')),
    countWaiting: (): number =>
      read.get(
        query
          .selectFrom('file')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('at_server', '=', 0),
      )?.count ?? 0,
    atServer: (): string[] =>
      read.all(query.selectFrom('file').select('sha256').where('at_server', '=', 1)).map(row => row.sha256),
    /** Nobody sends, fetches or looks for it any more. */
    drop(tx: Tx, sha256: string): void {
      tx.run(query.deleteFrom('file').where('sha256', '=', sha256));
    },
    mark(sha256: string, at_server: AtServer): void {
      write(tx => tx.run(query.updateTable('file').set({ at_server }).where('sha256', '=', sha256)));
    },
  };
}

export type FilesStore = ReturnType<typeof createFilesStore>;
