import { fileURLToPath } from 'node:url';
import { BenchError } from '../shared/errors.ts';
import { createNodeWorker } from './drivers/worker/worker.node.ts';
import type { BackupTasks } from './features/backup/backup-tasks.ts';

/** What a backup fails with when its process is ended in the middle. */
export const backupDied = () =>
  new BenchError(
    'backup_failed',
    'The process that makes backups ended in the middle. Nothing of it is left; try again.',
  );

/** The process that makes backups, under plain Node. */
export function nodeBackupWorker() {
  const entry = fileURLToPath(new URL('./backup-worker.ts', import.meta.url));
  return createNodeWorker<BackupTasks>({ entry, args: [], died: backupDied });
}
