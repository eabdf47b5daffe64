import { BenchError, type ErrorCode } from '../../../shared/errors.ts';
import type { KeyAge, keyMethods } from '../../../shared/keys.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers } from '../../handlers.ts';
import type { DatabaseKey } from '../journal/database-key.ts';
import type { Journal } from '../journal/journal.ts';
import { rawPublicKey } from '../journal/private-keys.ts';
import type { KeyPair, StationKeys } from '../journal/station-keys.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { createKeyTimes } from './key-times.ts';

const serverCodes: readonly ErrorCode[] = ['server_unreachable', 'server_refused', 'not_enrolled'];

export type KeysDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  clock: Clock;
  stationKeys: StationKeys;
  /** Tells the server of new keys, if there is one; rejects with a BenchError when it cannot be told. */
  tellServer(next: KeyPair): Promise<void>;
  /** The databases that are put under new keys, and their keys. */
  databases: Record<'station' | 'keys', { database: Database; key: DatabaseKey }>;
};

/** Replaces the keys of the station, each in a step of its own that a crash leaves either done or not begun. */
export function createKeys(deps: KeysDeps) {
  const { database, journal, subjects, settings, clock } = deps;
  const times = createKeyTimes({ settings, journal, now: clock.now });

  const rotateLogKey = async (actor: string) => {
    await journal.signing.rotate(data => {
      database.write(tx => {
        journal.append(tx, { type: 'key.rotated', actor, data });
        times.renewed(tx, 'log');
      });
    });
    // The first head over the entry carries both signatures; nothing has to wait for it.
    journal.checkpoint();
  };
  const rewrapSubjects = async (actor: string) => {
    await subjects.rewrapAll();
    database.write(tx => {
      journal.append(tx, { type: 'subject_keys.rewrapped', actor, data: {} });
      times.renewed(tx, 'subjects');
    });
  };
  const rekey = async (actor: string) => {
    for (const name of ['keys', 'station'] as const) {
      const file = deps.databases[name];
      await file.key.replace(key => file.database.rekey(key));
      database.write(tx => journal.append(tx, { type: 'database.rekeyed', actor, data: { database: name } }));
    }
    database.write(tx => times.renewed(tx, 'databases'));
  };
  /** Null when done, else why they stay. */
  const replaceStationKeys = async (actor: string): Promise<string | null> => {
    const record = ({ auth, encryption }: KeyPair) => {
      const [authKey, encryptionKey] = [rawPublicKey(auth), rawPublicKey(encryption)];
      database.write(tx => {
        settings.set(tx, 'auth-key', authKey);
        journal.append(tx, { type: 'station_keys.replaced', actor, data: { authKey, encryptionKey } });
        times.renewed(tx, 'server');
      });
    };
    try {
      await deps.stationKeys.replace({ register: deps.tellServer, record });
      return null;
    } catch (error) {
      // Without the server everything else goes on: these keys are replaced when it is there again.
      const isServers = error instanceof BenchError && serverCodes.includes(error.code);
      if (isServers) return `The keys that the server knows stay as they are. ${error.message}`;
      throw error;
    }
  };

  const handlers = {
    'keys.rotate': async (_, { operatorId }) => {
      const left = await replaceStationKeys(operatorId);
      await rewrapSubjects(operatorId);
      await rotateLogKey(operatorId);
      await rekey(operatorId);
      return { keys: times.ages(), left };
    },
  } satisfies Pick<Handlers, keyof typeof keyMethods>;

  return { handlers, ages: (): KeyAge[] => times.ages() };
}
