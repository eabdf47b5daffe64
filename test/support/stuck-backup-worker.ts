import { openDatabase } from '../../electron/database/database.ts';
import { processPort, serveTasks } from '../../electron/drivers/worker/serve.ts';
import type { BackupOrder } from '../../electron/features/backup/backup-tasks.ts';
import { makeBackup } from '../../electron/features/backup/make-backup.ts';
import { keyMigrations } from '../../migrations/keys/index.ts';
import { stationMigrations } from '../../migrations/station/index.ts';

// Makes backups, but stands still for ever before one is read back: written, and not yet under its name.
const open = {
  station(file: string, key: Buffer) {
    if (file.endsWith('read-back.db')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    return openDatabase({ file, key, migrations: stationMigrations });
  },
  keys: (file: string, key: Buffer) => openDatabase({ file, key, migrations: keyMigrations }),
};
serveTasks({ 'backup.make': (order: BackupOrder) => makeBackup(open, order) }, processPort());
