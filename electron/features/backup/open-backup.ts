import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BenchError } from '../../../shared/errors.ts';
import { type Manifest, type Sink, unpack } from './archive.ts';
import { type Head, openArchive, openSealed } from './archive-file.ts';
import { type KeyRows, sealedSubjects } from './backup.store.ts';
import { checkCopy } from './copy-check.ts';
import { openEscrow } from './escrow-file.ts';
import { fileSink, type OpenFiles } from './make-backup.ts';
import type { RecoveryKey } from './recovery-key.ts';

export type OpenedBackup = {
  head: Head;
  manifest: Manifest;
  databaseKey: Buffer;
  /** Values of the keystore by name. */
  secrets: Record<string, string>;
  /** Keys of subjects as `wrap` left them. */
  rows: KeyRows;
};

/**
 * Unpacks a backup into a folder and checks everything in it: that it is whole, that the journal agrees with its signed
 * heads, that every key opens and none is missing. Throws `not_found`, `backup_unusable`, `recovery_key_wrong` and
 * `database_newer`.
 */
export async function openBackup(
  open: OpenFiles,
  file: string,
  { key, folder, wrap }: { key: RecoveryKey; folder: string; wrap(subject: string, dek: Buffer): Buffer },
): Promise<OpenedBackup> {
  const archive = openArchive(file);
  try {
    const { head } = archive;
    const contentKey = await openSealed(key.privateKey, head.id, head.key);
    mkdirSync(join(folder, 'blobs'), { recursive: true, mode: 0o700 });
    const manifest = unpack(archive.chunks(contentKey), name => sinkFor(folder, name));
    for (const { name, sha256 } of manifest.files)
      if (name.startsWith('blobs/') && name !== `blobs/${sha256}`)
        throw new BenchError('backup_unusable', 'A file in the backup is not what its name says. Take another backup.');
    const escrow = await openEscrow(key.privateKey, readFileSync(join(folder, 'escrow.json')), wrap);
    const databaseKey = Buffer.from(escrow.databaseKey);
    const database = open.station(join(folder, 'station.db'), databaseKey);
    try {
      const { size, root } = await checkCopy(database);
      const known = new Set([...escrow.rows.here, ...escrow.rows.away].map(row => row.subject));
      if (size !== manifest.size || root !== manifest.root || sealedSubjects(database.read).some(s => !known.has(s)))
        throw new BenchError('backup_unusable', 'The parts of the backup do not belong together. Take another backup.');
    } finally {
      database.close();
    }
    return { head, manifest, databaseKey, secrets: escrow.secrets, rows: escrow.rows };
  } finally {
    archive.close();
  }
}

function sinkFor(folder: string, name: string): Sink {
  if (name === 'station.db' || name === 'escrow.json' || name.startsWith('blobs/')) return fileSink(join(folder, name));
  throw new BenchError(
    'database_newer',
    'The backup was made by a newer Veriqko Bench. Install that version or a later one.',
  );
}
