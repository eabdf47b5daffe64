import { OperatorId } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { createPrivacyStore } from './privacy.store.ts';

const dayMs = 24 * 3_600_000;
/** How long a bench keeps keys without hearing what was forgotten meanwhile, unless its policy says otherwise. */
export const keyCacheMs = 45 * dayMs;

type Deps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  clock: Clock;
  keyCacheMs: number;
  /** Null when there is no such person. */
  isActive(operator: OperatorId): boolean | null;
  /** Bare ids of the devices of open jobs. */
  inWork(): readonly string[];
};

/**
 * A bench that hears nothing of its server for weeks may hold what was ordered to be forgotten long ago: it drops the
 * keys that the escrow has, but for open work, for what is not synced and for those who can sign in here.
 */
export function createKeyExpiry(deps: Deps) {
  const { database, journal, subjects, settings, clock } = deps;
  const store = createPrivacyStore(database.read);

  return {
    async expire(): Promise<void> {
      const heard = settings.get('last-contact');
      if (heard === null || clock.now() - Date.parse(heard) < deps.keyCacheMs) return;
      const needed = new Set([...deps.inWork(), ...store.unsynced(journal.status().cosignedSize)]);
      const canSignIn = (subject: string) => deps.isActive(OperatorId.parse(`op_${subject}`)) === true;
      const due = subjects.inEscrow().filter(subject => !needed.has(subject) && !canSignIn(subject));
      if (due.length === 0) return;
      database.write(tx => journal.append(tx, { type: 'subject.keys_expired', data: { subjects: due.length } }));
      subjects.sendAway(due);
      await subjects.rewrapAll();
    },
  };
}
