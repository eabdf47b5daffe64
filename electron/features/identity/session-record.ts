import { BenchError } from '../../../shared/errors.ts';
import type { EntryData } from '../../../shared/events.ts';
import type { Database } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { ActiveSession } from './sessions.ts';

type Cause<T extends 'session.locked' | 'session.ended'> = EntryData<T>['cause'];

/** Records what closes a session. Never throws: a session stays closed even when the disk takes no record of it. */
export function createSessionRecord(deps: {
  database: Database;
  journal: Journal;
  log(line: Record<string, unknown>): void;
}) {
  const { database, journal, log } = deps;
  const append = (entry: Parameters<typeof journal.appendAny>[1]) => {
    try {
      database.write(tx => journal.appendAny(tx, entry));
    } catch (error) {
      const code = error instanceof BenchError ? error.code : 'internal';
      log({ level: 'error', event: 'session.not_recorded', code });
    }
  };
  return {
    locked({ operatorId, sessionId }: ActiveSession, cause: Cause<'session.locked'>) {
      append({ type: 'session.locked', actor: operatorId, data: { session: sessionId, cause } });
    },
    ended({ operatorId, sessionId }: ActiveSession, cause: Cause<'session.ended'>) {
      append({ type: 'session.ended', actor: operatorId, data: { session: sessionId, cause } });
    },
  };
}

export type SessionRecord = ReturnType<typeof createSessionRecord>;
