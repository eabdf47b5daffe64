import type { Keystore } from './drivers/keystore/keystore.ts';
import { createBackups } from './features/backup/backups.ts';
import { createRecovery } from './features/backup/recovery.ts';
import type { Drivers, StationConfig, StationParts } from './station-parts.ts';
import { every } from './timing.ts';

const checkMs = 15 * 60_000;

type Deps = Pick<StationParts, 'database' | 'journal' | 'settings'> &
  Pick<Drivers, 'clock' | 'random'> & {
    parts: StationParts;
    drivers: Pick<Drivers, 'backups' | 'keystore'>;
    config: StationConfig;
  };

/** The recovery key and the backups sealed to it. */
export function createBackupParts({ parts, drivers, config, ...base }: Deps) {
  const recovery = createRecovery(base);
  const backups = createBackups({
    ...base,
    recovery,
    worker: drivers.backups,
    appVersion: config.appVersion,
    dataDir: config.dataDir,
    training: config.training,
    marks: () => ({ ticket: parts.highWater.marks().ticket, report: parts.highWater.marks().report }),
    keys: async () => ({
      databaseKey: parts.keyring.databases.station.key(),
      keysDatabaseKey: parts.keyring.databases.keys.key(),
      wrappingKey: parts.wrapping.key(),
      secrets: await carried(drivers.keystore),
    }),
  });
  let stop = () => {};
  return {
    handlers: backups.handlers,
    warnings: backups.warnings,
    /** From now on a backup is made whenever one is due. */
    start(): void {
      stop = every(base.clock, checkMs, () => void backups.runIfDue());
    },
    async close(): Promise<void> {
      stop();
      await backups.close();
    },
  };
}

/** Neither signs: they open what was sealed to this station, and compare names and badges. */
const carriedSecrets = ['encryption-key', 'identity-key'] as const;

async function carried(keystore: Keystore): Promise<Record<string, string>> {
  const secrets: Record<string, string> = {};
  for (const name of carriedSecrets) {
    const value = await keystore.get(name);
    if (value !== null) secrets[name] = value;
  }
  return secrets;
}
