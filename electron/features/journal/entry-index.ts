import type { EntryType } from '../../../shared/events.ts';
import type { Reads } from '../../database/database.ts';
import { query } from '../../database/query.ts';

/** Finds entries by what they are and who made them, without reading them. */
export function createEntryIndex(read: Reads) {
  return {
    /** The newest entry of a type before index `until` for each person. */
    lastOfEach: (type: EntryType, until: number) =>
      read.all(
        query
          .selectFrom('entry_ref')
          .select(['actor', eb => eb.fn.max('idx').as('idx')])
          .where('type', '=', type)
          .where('idx', '<', until)
          .groupBy('actor'),
      ),
    /** Entries of these types from index `from` and before `until`, oldest first. */
    ofTypes: (types: readonly EntryType[], from: number, until = Number.MAX_SAFE_INTEGER) =>
      read.all(
        query
          .selectFrom('entry_ref')
          .select(['idx', 'type', 'actor', 'job'])
          .where('type', 'in', types)
          .where('idx', '>=', from)
          .where('idx', '<', until)
          .orderBy('idx'),
      ),
    countOf: (type: EntryType, actor: string, from: number): number =>
      read.get(
        query
          .selectFrom('entry_ref')
          .select(eb => eb.fn.countAll<number>().as('count'))
          .where('type', '=', type)
          .where('actor', '=', actor)
          .where('idx', '>=', from),
      )?.count ?? 0,
  };
}
