import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { keyMigrations } from '../migrations/keys/index.ts';
import { stationMigrations } from '../migrations/station/index.ts';
import { BenchError } from '../shared/errors.ts';
import { openDatabase } from './database/database.ts';
import type { Keystore } from './drivers/keystore/keystore.ts';
import { insertKeys } from './features/backup/backup.store.ts';
import { type OpenedBackup, openBackup } from './features/backup/open-backup.ts';
import type { RecoveryKey } from './features/backup/recovery-key.ts';
import { openKeyring } from './features/journal/keyring.ts';
import { wantNewLog } from './features/journal/new-log.ts';
import { wrapKey } from './features/journal/wrapping-key.ts';
import { openHighWater } from './features/station/high-water.ts';
import { openStationParts, type PartsConfig, type PartsDrivers } from './station-parts.ts';

/** What was given out between the backup and the loss is not known: no number of that time is given out again. */
const skippedNumbers = 1_000;

const open = {
  station: (file: string, key: Buffer) => openDatabase({ file, key, migrations: stationMigrations }),
  keys: (file: string, key: Buffer) => openDatabase({ file, key, migrations: keyMigrations }),
};

export type RestoreDrivers = Omit<PartsDrivers, 'keystore'> & {
  /** The keystore for a data folder; one that holds the keys of a bench already is refused. */
  openKeystore(folder: string): Promise<Keystore>;
};

export type Restored = {
  backup: string;
  madeAt: string;
  origin: string;
  size: number;
  files: number;
  subjects: number;
};

/** Unpacks and checks a backup, leaves nothing behind, and answers what is in it. Throws as `restoreBackup` does. */
export async function checkBackup(file: string, key: RecoveryKey, scratch: string): Promise<Restored> {
  const folder = mkdtempSync(join(scratch, 'bench-check-'));
  try {
    return summary(await openBackup(open, file, { key, folder, wrap: (_, dek) => dek }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Builds a data folder from a backup, with new keys for its databases, its personal data and its signatures. Throws
 * `not_found`, `recovery_key_wrong`, `backup_unusable`, `database_newer`, `conflict` when the folder or the keystore is in
 * use already, and what the disk does; the data folder is then as it was.
 */
export async function restoreBackup(
  drivers: RestoreDrivers,
  config: PartsConfig,
  { file, key }: { file: string; key: RecoveryKey },
): Promise<Restored> {
  const { dataDir } = config;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0)
    throw new BenchError('conflict', 'The data folder is not empty. Restore into a new one; nothing was changed.');
  mkdirSync(dirname(dataDir), { recursive: true });
  const folder = mkdtempSync(`${dataDir}.restoring-`);
  try {
    const keystore = await drivers.openKeystore(folder);
    if ((await keystore.get('database-key')) !== null)
      throw new BenchError(
        'conflict',
        'The keystore of this computer holds the keys of a bench already. Nothing was changed.',
      );
    const restored = await build({ ...drivers, keystore }, { ...config, dataDir: folder }, { file, key });
    if (existsSync(dataDir)) rmdirSync(dataDir);
    renameSync(folder, dataDir);
    return restored;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function build(drivers: PartsDrivers, config: PartsConfig, source: { file: string; key: RecoveryKey }) {
  const { random, keystore } = drivers;
  const folder = config.dataDir;
  const wrappingKey = random.bytes(32);
  const wrap = (subject: string, dek: Buffer) => wrapKey(wrappingKey, subject, dek, random.bytes(12));
  const backup = await openBackup(open, source.file, { key: source.key, folder, wrap });
  const kept = await keep(keystore, { ...backup.secrets, 'wrapping-key': wrappingKey.toString('base64') });
  try {
    const { databases } = await openKeyring({ keystore, random, fresh: true });
    kept.push('database-key', 'keys-database-key', 'log-key', 'high-water');
    const database = open.station(join(folder, 'station.db'), backup.databaseKey);
    database.rekey(databases.station.key());
    database.close();
    const keys = open.keys(join(folder, 'keys.db'), databases.keys.key());
    keys.write(tx => insertKeys(tx, backup.rows));
    keys.close();
    rmSync(join(folder, 'escrow.json'));
    await record(drivers, config, backup);
    return summary(backup);
  } catch (error) {
    for (const name of kept) await keystore.delete(name);
    throw error;
  }
}

/** The first entry of the restored bench says where it comes from; numbers go on behind what may have been given out. */
async function record(drivers: PartsDrivers, config: PartsConfig, { head, manifest }: OpenedBackup): Promise<void> {
  const parts = await openStationParts(drivers, config);
  try {
    const { database, journal, settings } = parts;
    const counted = (name: 'ticket-counter' | 'report-counter') => Number(settings.get(name) ?? 0);
    database.write(tx => {
      // Its keys were not in the backup: a new authority is made when it is needed.
      settings.set(tx, 'site-authority', '');
      // Nor was the key that signs its log.
      wantNewLog(tx, settings, { cause: 'restored', by: null });
      const { size, root } = manifest;
      const data = { backup: head.id, madeAt: head.createdAt, size, root, skippedNumbers };
      journal.append(tx, { type: 'station.restored', data });
    });
    const highWater = await openHighWater(drivers.keystore);
    await highWater.raise({
      ticket: Math.max(manifest.marks.ticket, counted('ticket-counter')) + skippedNumbers,
      report: Math.max(manifest.marks.report, counted('report-counter')) + skippedNumbers,
      // One more than there is: the next start knows that it is an older copy, and first hears what was forgotten since.
      logSize: journal.end() + 1,
    });
  } finally {
    parts.close();
  }
}

function summary({ head, manifest, rows }: OpenedBackup): Restored {
  return {
    backup: head.id,
    madeAt: head.createdAt,
    origin: manifest.origin,
    size: manifest.size,
    files: manifest.files.length,
    subjects: rows.here.length + rows.away.length,
  };
}

async function keep(keystore: Keystore, values: Record<string, string>): Promise<string[]> {
  for (const [name, value] of Object.entries(values)) await keystore.set(name, value);
  return Object.keys(values);
}
