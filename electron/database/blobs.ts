import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BenchError } from '../../shared/errors.ts';
import { translateSqliteError } from './sqlite-errors.ts';

type Owner = { subject: string; dek: Buffer };
type Deps = {
  folder: string;
  randomBytes(size: number): Buffer;
  /** Told of a file before it is written. */
  note(sha256: string, subject: string): void;
};

/**
 * Files encrypted under a subject's key, named by the SHA-256 of their ciphertext. `put` returns after the bytes are
 * durable; `get` re-hashes and throws `evidence_refused` when they are altered or missing.
 */
export function createBlobs(deps: Deps) {
  const pathOf = (sha256: string) => join(deps.folder, sha256);
  const keyOf = (dek: Buffer, salt: Buffer) => Buffer.from(hkdfSync('sha256', dek, salt, 'bench/v1/blob', 32));

  return {
    put({ subject, dek }: Owner, bytes: Buffer): string {
      const salt = deps.randomBytes(16);
      const iv = deps.randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', keyOf(dek, salt), iv);
      const sealed = Buffer.concat([salt, iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
      const sha256 = createHash('sha256').update(sealed).digest('hex');
      deps.note(sha256, subject);
      try {
        writeDurably(pathOf(sha256), sealed);
      } catch (error) {
        throw translateSqliteError(error, deps.folder);
      }
      return sha256;
    },
    has: (sha256: string): boolean => existsSync(pathOf(sha256)),
    /** The ciphertext; null when it is missing or is not what its name says. */
    sealed(sha256: string): Buffer | null {
      try {
        return readSealed(pathOf(sha256), sha256);
      } catch (error) {
        if (error instanceof BenchError) return null;
        throw error;
      }
    },
    /** Puts ciphertext that came back in its place; false when it is not what the name says. */
    restore(sha256: string, sealed: Buffer): boolean {
      if (createHash('sha256').update(sealed).digest('hex') !== sha256) return false;
      writeDurably(pathOf(sha256), sealed);
      return true;
    },
    /** Deletes the file; nothing happens when it is gone. */
    remove(sha256: string): void {
      rmSync(pathOf(sha256), { force: true });
    },
    get(dek: Buffer, sha256: string): Buffer {
      const sealed = readSealed(pathOf(sha256), sha256);
      const decipher = createDecipheriv('aes-256-gcm', keyOf(dek, sealed.subarray(0, 16)), sealed.subarray(16, 28));
      decipher.setAuthTag(sealed.subarray(-16));
      try {
        return Buffer.concat([decipher.update(sealed.subarray(28, -16)), decipher.final()]);
      } catch (cause) {
        throw new BenchError('evidence_refused', 'The stored file does not open with its key.', { cause });
      }
    },
  };
}

export type Blobs = ReturnType<typeof createBlobs>;

function readSealed(path: string, sha256: string): Buffer {
  let sealed: Buffer;
  try {
    sealed = readFileSync(path);
  } catch (cause) {
    throw new BenchError('evidence_refused', 'The stored file is missing. Tell an admin; the record of it stays.', {
      cause,
    });
  }
  if (createHash('sha256').update(sealed).digest('hex') !== sha256) {
    throw new BenchError('evidence_refused', 'The stored file was altered on disk. Tell an admin; do not rely on it.');
  }
  return sealed;
}

/** Writes a file so that after a power cut it is either whole under its name or not there. */
export function writeDurably(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.part`;
  try {
    // Writes until every byte is taken: a single write may take a part and say so only by its result.
    writeFileSync(temporary, bytes, { mode: 0o600, flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

function syncFolder(path: string) {
  // Windows cannot open a folder for syncing; NTFS journals the rename itself.
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
