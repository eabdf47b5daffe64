import { isAbsolute, join, relative, resolve } from 'node:path';
import { z } from 'zod';
import { BackupStatus, type backupMethods } from '../../../shared/backup.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Worker } from '../../drivers/worker/worker.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import type { Settings } from '../station/settings.ts';
import type { BackupOrder, BackupTasks } from './backup-tasks.ts';
import { backupSuffix } from './make-backup.ts';
import type { Recovery } from './recovery.ts';

const dayMs = 24 * 3_600_000;
const hourMs = 3_600_000;

const Plan = z.object({ folder: z.string().nullable(), daily: z.boolean() });
const Last = BackupStatus.shape.last.unwrap();
const Failure = BackupStatus.shape.failure.unwrap();

export type BackupsDeps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  recovery: Recovery;
  clock: Clock;
  random: Random;
  worker: Worker<BackupTasks>;
  appVersion: string;
  dataDir: string;
  training: boolean;
  marks(): BackupOrder['marks'];
  /** The keys as they are now. */
  keys(): Promise<Pick<BackupOrder, 'databaseKey' | 'keysDatabaseKey' | 'wrappingKey' | 'secrets'>>;
};

/** Backups to a folder, by hand and once a day, each sealed to the recovery key. */
export function createBackups(deps: BackupsDeps) {
  const { database, journal, settings, recovery, clock } = deps;
  let running: Promise<void> | null = null;

  const read = <T>(key: 'backup' | 'backup-last' | 'backup-failed', schema: z.ZodType<T>): T | null => {
    const text = settings.get(key);
    return text === null || text === '' ? null : schema.parse(JSON.parse(text));
  };
  const plan = () => read('backup', Plan) ?? { folder: null, daily: false };
  const last = () => read('backup-last', Last);
  const failure = () => read('backup-failed', Failure);
  const now = () => new Date(clock.now()).toISOString();
  const isOverdue = () => {
    const newest = last();
    return newest === null || clock.now() - Date.parse(newest.at) >= dayMs;
  };

  const warnings = (): string[] => {
    if (deps.training) return [];
    if (!journal.signing.canSign())
      return [
        'The key that signs the journal is not in the keystore: what is recorded now is not signed, and no report can be issued. An admin opens a new log under Station.',
      ];
    if (!recovery.current())
      return [
        'There is no recovery key yet: if this computer is lost, its data are lost. An admin makes one under Station.',
      ];
    if (plan().folder === null) return ['No backups are made: choose a folder for them under Station.'];
    const failed = failure();
    if (failed !== null) return [`The last backup failed: ${failed.words}`];
    return last() !== null && isOverdue() ? ['The newest backup is more than a day old.'] : [];
  };

  const status = (): BackupStatus => {
    const key = recovery.current();
    return {
      recoveryKey: key && { fingerprint: key.fingerprint, since: key.since },
      unconfirmedFingerprint: recovery.unconfirmed()?.fingerprint ?? null,
      ...plan(),
      running: running !== null,
      last: last(),
      failure: failure(),
      warnings: warnings(),
    };
  };

  const order = async (folder: string): Promise<BackupOrder> => {
    const key = recovery.current();
    if (!key) throw new BenchError('conflict', 'There is no recovery key yet. Make one first and keep it elsewhere.');
    const id = deps.random.uuid();
    const createdAt = now();
    const station = settings.get('station-id') ?? '';
    const stamp = createdAt.replaceAll(/[-:]|\.\d+/g, '');
    const { publicBase64, fingerprint } = key;
    return {
      id,
      station,
      createdAt,
      appVersion: deps.appVersion,
      dataDir: deps.dataDir,
      folder,
      fileName: `bench-${station}-${stamp}-${id.slice(0, 8)}${backupSuffix}`,
      recovery: { publicBase64, fingerprint },
      marks: deps.marks(),
      ...(await deps.keys()),
    };
  };

  const make = async (actor: string | undefined): Promise<void> => {
    const { folder } = plan();
    if (folder === null) throw new BenchError('conflict', 'No folder for backups is set. Choose one first.');
    const job = await order(folder);
    // The copy is verified against a signed head, so there is one to find in it.
    if (journal.signing.canSign()) journal.checkpoint();
    try {
      const { sizeBytes, files, size, root, pruned } = await deps.worker.run('backup.make', job);
      const { fingerprint } = job.recovery;
      const newest: z.infer<typeof Last> = {
        at: job.createdAt,
        fileName: job.fileName,
        sizeBytes,
        entries: size,
        fingerprint,
      };
      database.write(tx => {
        settings.set(tx, 'backup-last', JSON.stringify(newest));
        settings.set(tx, 'backup-failed', '');
        const data = { backup: job.id, size, root, files, sizeBytes, fingerprint, pruned };
        journal.append(tx, { type: 'backup.made', actor, data });
      });
    } catch (error) {
      const known =
        error instanceof BenchError ? error : new BenchError('backup_failed', 'The backup could not be made.');
      database.write(tx => {
        settings.set(tx, 'backup-failed', JSON.stringify({ at: now(), words: known.message }));
        journal.append(tx, { type: 'backup.failed', actor, data: { code: known.code } });
      });
      throw known;
    }
  };
  const run = (actor: string | undefined): Promise<void> => {
    running ??= make(actor).finally(() => {
      running = null;
    });
    return running;
  };

  const configure = (folder: string | null, daily: boolean, actor: string) => {
    if (folder !== null && !isAbsolute(folder))
      throw new BenchError('bad_input', 'Name the folder in full, from the root of the disk on.');
    if (folder !== null && isInside(folder, deps.dataDir))
      throw new BenchError(
        'bad_input',
        'This folder lies in the data folder: it would be lost with it. Choose another disk.',
      );
    database.write(tx => {
      settings.set(tx, 'backup', JSON.stringify({ folder, daily }));
      settings.set(tx, 'backup-failed', '');
      journal.append(tx, { type: 'backup.configured', actor, data: { daily, toFolder: folder !== null } });
    });
    return status();
  };

  const handlers = {
    'backup.status': () => status(),
    'backup.run': async (_, { operatorId }) => {
      await run(operatorId);
      return status();
    },
    'backup.configure': ({ folder, daily }, { operatorId }) => configure(folder, daily, operatorId),
    'recovery.create': (_, { operatorId }) => recovery.create(operatorId),
    'recovery.confirm': ({ checkGroup }, { operatorId }) => {
      recovery.confirm(checkGroup, operatorId);
      return status();
    },
  } satisfies Pick<Handlers, keyof typeof backupMethods>;

  return {
    handlers,
    warnings,
    /** Makes the daily backup when it is due; after a failure not again within the hour. */
    async runIfDue(): Promise<void> {
      const { folder, daily } = plan();
      const failed = failure();
      const wait = failed !== null && clock.now() - Date.parse(failed.at) < hourMs;
      if (folder === null || !daily || wait || running || !recovery.current() || !isOverdue()) return;
      // The status and the journal say how it went.
      await run(undefined).catch(() => {});
    },
    /** Ends the process; a backup under way is given up and recorded as failed. */
    async close(): Promise<void> {
      await deps.worker.close();
      await running?.catch(() => {});
    },
  };
}

function isInside(folder: string, parent: string): boolean {
  const path = relative(resolve(parent), resolve(folder));
  return path === '' || (!path.startsWith('..') && !isAbsolute(path) && join(parent, path) !== parent);
}
