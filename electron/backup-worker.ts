import { keyMigrations } from '../migrations/keys/index.ts';
import { stationMigrations } from '../migrations/station/index.ts';
import { openDatabase } from './database/database.ts';
import { processPort, serveTasks } from './drivers/worker/serve.ts';
import type { BackupOrder } from './features/backup/backup-tasks.ts';
import { makeBackup } from './features/backup/make-backup.ts';

// Entry of the process that makes backups: it is handed the keys it needs, and ends with the bench.
const open = {
  station: (file: string, key: Buffer) => openDatabase({ file, key, migrations: stationMigrations }),
  keys: (file: string, key: Buffer) => openDatabase({ file, key, migrations: keyMigrations }),
};
serveTasks({ 'backup.make': (order: BackupOrder) => makeBackup(open, order) }, processPort());
