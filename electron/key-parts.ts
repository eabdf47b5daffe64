import type { Database } from './database/database.ts';
import type { Central } from './drivers/central/central.ts';
import type { Clock } from './drivers/clock/clock.ts';
import { createKeys } from './features/keys/keys.ts';
import { tellNewKeys } from './features/sync/change-keys.ts';
import type { StationParts } from './station-parts.ts';

const patienceMs = 30_000;

/** What replaces the keys of a station; `database` is that of the journal, and tells of what is written. */
export function createKeyParts(
  parts: StationParts,
  { database, clock, central }: { database: Database; clock: Clock; central(url: string): Central },
) {
  const { keyring, stationKeys, journal, subjects, settings } = parts;
  return createKeys({
    ...{ database, clock, journal, subjects, settings, stationKeys },
    tellServer: next => tellNewKeys({ journal, settings, stationKeys, central }, next, AbortSignal.timeout(patienceMs)),
    databases: {
      station: { database: parts.database, key: keyring.databases.station },
      keys: { database: parts.keys, key: keyring.databases.keys },
    },
  });
}
