import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../../../shared/errors.ts';
import type { Database } from '../../database/database.ts';
import { createPacker, type Manifest, type Sink, unpack } from './archive.ts';
import { createArchiveWriter, newContentKey, openArchive, sealTo } from './archive-file.ts';
import { allKeys, type KeyRows, sealedSubjects } from './backup.store.ts';
import type { BackupMade, BackupOrder } from './backup-tasks.ts';
import { checkCopy } from './copy-check.ts';
import { sealEscrow } from './escrow-file.ts';
import { recoveryPublicKey } from './recovery-key.ts';

const keptMs = 30 * 24 * 3_600_000;
const mostTries = 3;
export const backupSuffix = '.vqbackup';

export type OpenFiles = {
  station(file: string, key: Buffer): Database;
  keys(file: string, key: Buffer): Database;
};

/**
 * Makes one backup beside a bench that works: a copy of the database, every encrypted file and the sealed keys in one
 * archive, read back and verified before it gets its name. Then drops those of this station that are over thirty days
 * old. Throws `disk_full`, `data_folder_unusable`, `backup_failed` and `backup_unusable`; nothing is left then.
 */
export async function makeBackup(open: OpenFiles, order: BackupOrder): Promise<BackupMade> {
  const work = join(order.dataDir, 'backup.tmp');
  const target = join(order.folder, order.fileName);
  const part = `${target}.part`;
  try {
    rmSync(work, { recursive: true, force: true });
    clearParts(order);
    mkdirSync(work, { mode: 0o700 });
    const contentKey = newContentKey();
    await write(open, { order, work, part, contentKey });
    const { manifest } = await readBack(open, { order, work, part, contentKey });
    const sizeBytes = statSync(part).size;
    renameSync(part, target);
    syncFolder(order.folder);
    const { size, root, files } = manifest;
    return { sizeBytes, files: files.length, size, root, pruned: prune(order) };
  } catch (error) {
    rmSync(part, { force: true });
    throw inWords(error);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

type Job = { order: BackupOrder; work: string; part: string; contentKey: Buffer };

async function write(open: OpenFiles, { order, work, part, contentKey }: Job): Promise<void> {
  const recovery = recoveryPublicKey(order.recovery.publicBase64);
  const databaseKey = Buffer.from(order.databaseKey);
  const copy = join(work, 'station.db');
  const rows = snapshot(open, order, copy);
  const database = open.station(copy, databaseKey);
  const head = await checkCopy(database);
  database.purge();
  database.close();

  const key = await sealTo(recovery, order.id, contentKey);
  const { id, station, createdAt } = order;
  const writer = createArchiveWriter(
    part,
    { id, station, createdAt, fingerprint: order.recovery.fingerprint, key },
    contentKey,
  );
  const packer = createPacker(writer);
  const wrappingKey = Buffer.from(order.wrappingKey);
  packer.addFile('station.db', copy);
  packer.add('escrow.json', await sealEscrow(recovery, { databaseKey, secrets: order.secrets, rows, wrappingKey }));
  const blobs = join(order.dataDir, 'blobs');
  for (const name of readdirSync(blobs)) {
    // What is forgotten while this runs is gone from the backup too.
    if (/^[a-f0-9]{64}$/.test(name) && isThere(join(blobs, name))) packer.addFile(`blobs/${name}`, join(blobs, name));
  }
  packer.end({ appVersion: order.appVersion, ...head, marks: order.marks });
}

/** A copy of the database with the keys of everybody in it; somebody may be forgotten between the two. */
function snapshot(open: OpenFiles, order: BackupOrder, copy: string): KeyRows {
  const databaseKey = Buffer.from(order.databaseKey);
  for (let tries = 0; tries < mostTries; tries++) {
    rmSync(copy, { force: true });
    withOpen(open.station(join(order.dataDir, 'station.db'), databaseKey), live => live.copyTo(copy));
    const keysFile = join(order.dataDir, 'keys.db');
    const rows = withOpen(open.keys(keysFile, Buffer.from(order.keysDatabaseKey)), keys => allKeys(keys.read));
    const known = new Set([...rows.here, ...rows.away].map(row => row.subject));
    const subjects = withOpen(open.station(copy, databaseKey), database => sealedSubjects(database.read));
    if (subjects.every(subject => known.has(subject))) return rows;
  }
  throw new BenchError('backup_failed', 'Keys are missing for personal data in the journal. Tell the site admin.');
}

async function readBack(open: OpenFiles, { order, work, part, contentKey }: Job): Promise<{ manifest: Manifest }> {
  const archive = openArchive(part);
  try {
    const copy = join(work, 'read-back.db');
    const manifest = unpack(archive.chunks(contentKey), name => (name === 'station.db' ? fileSink(copy) : nowhere));
    for (const { name, sha256 } of manifest.files)
      if (name.startsWith('blobs/') && name !== `blobs/${sha256}`)
        throw new BenchError('backup_failed', 'A stored file is not what its name says. Check the evidence.');
    const database = open.station(copy, Buffer.from(order.databaseKey));
    const head = await checkCopy(database);
    database.close();
    if (head.root !== manifest.root || head.size !== manifest.size)
      throw new BenchError('backup_unusable', 'The journal in the backup is another than was copied.');
    return { manifest };
  } finally {
    archive.close();
  }
}

const nowhere: Sink = { write() {}, end() {} };

/** Writes to a new file, durable at its end. */
export function fileSink(path: string): Sink {
  const file = openSync(path, 'wx', 0o600);
  return {
    write(bytes) {
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    },
    end() {
      fsyncSync(file);
      closeSync(file);
    },
  };
}

function withOpen<T>(database: Database, work: (database: Database) => T): T {
  try {
    return work(database);
  } finally {
    database.close();
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

const isOurs = (name: string, order: BackupOrder) => name.startsWith(`bench-${order.station}-`);

/** What an earlier process left when it was ended in the middle. */
function clearParts(order: BackupOrder): void {
  for (const name of readdirSync(order.folder))
    if (isOurs(name, order) && name.endsWith('.part')) rmSync(join(order.folder, name));
}

function prune(order: BackupOrder): number {
  const oldest = Date.parse(order.createdAt) - keptMs;
  const old = readdirSync(order.folder).filter(
    name => isOurs(name, order) && name.endsWith(backupSuffix) && madeAt(join(order.folder, name)) < oldest,
  );
  for (const name of old) rmSync(join(order.folder, name));
  return old.length;
}

/** A file that cannot be read is not ours to drop. */
function madeAt(path: string): number {
  try {
    const archive = openArchive(path);
    archive.close();
    return Date.parse(archive.head.createdAt);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function syncFolder(path: string): void {
  // Windows cannot open a folder for syncing; NTFS journals the rename itself.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function inWords(cause: unknown): BenchError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'disk_full')
    return new BenchError('disk_full', 'The disk is full: no backup was made. Make room or choose another folder.', {
      cause,
    });
  if (cause instanceof BenchError) return cause;
  if (['ENOENT', 'ENOTDIR', 'EACCES', 'EROFS', 'EPERM'].includes(code))
    return new BenchError(
      'data_folder_unusable',
      'The backup folder cannot be written. Connect its disk or choose another.',
      { cause },
    );
  return new BenchError('backup_failed', `The backup could not be made (${code || 'unknown'}).`, { cause });
}
