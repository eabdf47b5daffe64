import { existsSync } from 'node:fs';
import { keyMigrations } from '../migrations/keys/index.ts';
import { stationMigrations } from '../migrations/station/index.ts';
import { createBlobs } from './database/blobs.ts';
import { type Database, openDatabase } from './database/database.ts';
import { createFilesStore } from './database/files.store.ts';
import { openDataFolder } from './database/folder.ts';
import type { DocumentTasks } from './document-tasks.ts';
import type { StationCredentials } from './drivers/central/access.ts';
import type { Central } from './drivers/central/central.ts';
import type { Clock } from './drivers/clock/clock.ts';
import type { DeviceAdapter } from './drivers/devices/adapter.ts';
import type { Keystore } from './drivers/keystore/keystore.ts';
import type { Picea } from './drivers/picea/picea.ts';
import type { Printer } from './drivers/printer/printer.ts';
import type { Random } from './drivers/random/random.ts';
import type { TimestampService } from './drivers/timestamps/timestamps.ts';
import type { Tokens } from './drivers/token/token.ts';
import type { Worker } from './drivers/worker/worker.ts';
import type { BackupTasks } from './features/backup/backup-tasks.ts';
import { openIdentityDigest } from './features/identity/identity-key.ts';
import type { IdentityPolicy } from './features/identity/policy.ts';
import type { ErasePolicy } from './features/jobs/erase-run.ts';
import type { JobPolicy } from './features/jobs/jobs.ts';
import { createJournal, type Journal } from './features/journal/journal.ts';
import { openKeyring } from './features/journal/keyring.ts';
import { closeBrokenLog, openNewLog } from './features/journal/new-log.ts';
import { openStationKeys } from './features/journal/station-keys.ts';
import { createSubjects } from './features/journal/subjects.ts';
import { openWrappingKey } from './features/journal/wrapping-key.ts';
import { openHighWater } from './features/station/high-water.ts';
import { createSettings, type Settings } from './features/station/settings.ts';
import type { TrainingBench } from './features/training/training.ts';

/** Everything outside the station, real or fake; an entry point chooses. */
export type Drivers = {
  clock: Clock;
  random: Random;
  keystore: Keystore;
  adapters: readonly DeviceAdapter[];
  picea: Picea;
  /** A client for the server at this address that asks as this station. */
  central(url: string, as: StationCredentials): Central;
  worker: Worker<DocumentTasks>;
  printer: Printer;
  timestamps: TimestampService;
  tokens: Tokens;
  /** Makes backups in a process of its own. */
  backups: Worker<BackupTasks>;
  training: TrainingBench | null;
};

export type StationConfig = {
  dataDir: string;
  appVersion: string;
  training: boolean;
  policy: {
    job: JobPolicy;
    erase: ErasePolicy;
    identity: IdentityPolicy;
    /** How long keys stay here that the escrow has, without a word of the fleet; 45 days unless told otherwise. */
    keyCacheMs?: number;
  };
  log(line: Record<string, unknown>): void;
};

/** What opening a data folder needs of both. */
export type PartsDrivers = Pick<Drivers, 'clock' | 'random' | 'keystore'>;
export type PartsConfig = Pick<StationConfig, 'dataDir' | 'appVersion' | 'training'>;

/**
 * Opens the data folder, keys, databases and journal, in this order. Throws BenchErrors that say what to do:
 * `already_running`, `data_folder_unusable`, `keystore_unavailable`, `database_key_wrong`, `database_damaged`.
 */
export async function openStationParts(drivers: PartsDrivers, config: PartsConfig) {
  const { clock, random, keystore } = drivers;
  const folder = openDataFolder(config.dataDir);
  const opened: { close(): void }[] = [folder];
  const close = () => {
    for (const part of opened.toReversed()) part.close();
  };
  try {
    const stationFile = folder.file('station.db');
    const keyring = await openKeyring({ keystore, random, fresh: !existsSync(stationFile) });
    const { opened: keys, renewed: keysRenewed } = await keyring.databases.keys.open(key =>
      openDatabase({ file: folder.file('keys.db'), key, migrations: keyMigrations }),
    );
    opened.push(keys);
    const { opened: database, renewed } = await keyring.databases.station.open(key =>
      openDatabase({ file: stationFile, key, migrations: stationMigrations }),
    );
    opened.push(database);

    const settings = createSettings(database);
    const wrapping = await openWrappingKey({ keystore, random, keys, initial: keyring.wrappingKey });
    const subjects = createSubjects({
      keys,
      wrapping,
      random,
      clock,
    });
    await closeBrokenLog({ database, settings, logKeys: keyring.logKeys });
    const initialOrigin = `audit.local/s/${random.uuid()}/0`;
    const journal = createJournal({ database, subjects, logKeys: keyring.logKeys, clock, random, initialOrigin });
    if (settings.get('station-id') === null) nameStation(database, settings, journal, config);
    const highWater = await openHighWater(keystore);
    const isOlderCopy = journal.end() < highWater.marks().logSize;
    openNewLog({ database, settings, journal }, { appVersion: config.appVersion, training: config.training });
    if (renewed || keysRenewed) recordRekeyed(database, journal, { station: renewed, keys: keysRenewed });
    const identityDigest = await openIdentityDigest({ keystore, random });
    const stationKeys = await openStationKeys({ keystore, recorded: settings.get('auth-key') });
    const files = createFilesStore(database);
    const blobs = createBlobs({ folder: folder.file('blobs'), randomBytes: random.bytes, note: files.note });
    return {
      folder,
      keyring,
      database,
      keys,
      wrapping,
      settings,
      subjects,
      journal,
      highWater,
      /** The data lack entries that this station once had. */
      isOlderCopy,
      identityDigest,
      blobs,
      files,
      stationKeys,
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** First start: the log's origin holds the station's id, so both can never differ. */
function nameStation(database: Database, settings: Settings, journal: Journal, config: PartsConfig) {
  const stationId = journal.origin.split('/')[2] ?? '';
  database.write(tx => {
    settings.set(tx, 'station-id', stationId);
    settings.set(tx, 'prefix', stationId.slice(0, 4).toUpperCase());
    journal.append(tx, {
      type: 'log.opened',
      data: { epoch: 0, appVersion: config.appVersion, training: config.training, previous: null },
    });
  });
}

/** A replacement of a database's key got as far as the file before the last run ended; only its entry is missing. */
function recordRekeyed(database: Database, journal: Journal, renewed: Record<'station' | 'keys', boolean>) {
  database.write(tx => {
    for (const name of ['station', 'keys'] as const)
      if (renewed[name]) journal.append(tx, { type: 'database.rekeyed', data: { database: name } });
  });
}

export type StationParts = Awaited<ReturnType<typeof openStationParts>>;
