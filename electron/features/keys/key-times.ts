import { z } from 'zod';
import { type KeyAge, KeyKind } from '../../../shared/keys.ts';
import type { Tx } from '../../database/database.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';

const dayMs = 86_400_000;
const lifeMs = 90 * dayMs;
const warnMs = 14 * dayMs;

const Times = z.partialRecord(KeyKind, z.iso.datetime());

/** Since when each key of the station is in use, and when it is due for replacement. */
export function createKeyTimes(deps: { settings: Settings; journal: Journal; now(): number }) {
  const { settings, journal, now } = deps;
  const times = () => Times.parse(JSON.parse(settings.get('key-times') ?? '{}'));
  const age = (kind: KeyKind, since: string): KeyAge => {
    const dueMs = Date.parse(since) + lifeMs;
    const left = dueMs - now();
    const state = left <= 0 ? 'overdue' : left <= warnMs ? 'soon' : 'good';
    return { kind, since, dueAt: new Date(dueMs).toISOString(), state };
  };
  return {
    /** Records within `tx` that this key is new. */
    renewed(tx: Tx, kind: KeyKind): void {
      const at = new Date(now()).toISOString();
      settings.set(tx, 'key-times', JSON.stringify({ ...times(), [kind]: at }));
    },
    /** A key that was never replaced is as old as the journal. */
    ages(kinds: readonly KeyKind[] = KeyKind.options): KeyAge[] {
      const known = times();
      const first = journal.entry(0).at;
      // A new log begins with a key of its own.
      const log = journal.entry(journal.store.start).at;
      const since = (kind: KeyKind) => {
        const renewed = known[kind] ?? first;
        return kind === 'log' && log > renewed ? log : renewed;
      };
      return kinds.map(kind => age(kind, since(kind)));
    },
  };
}

export type KeyTimes = ReturnType<typeof createKeyTimes>;
