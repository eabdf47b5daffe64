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
    keys: () => ({
      databaseKey: parts.keyring.databases.station.key(),
      keysDatabaseKey: parts.keyring.databases.keys.key(),
      wrappingKey: parts.wrapping.key(),
      encryptionKey: parts.encryptionKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
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
