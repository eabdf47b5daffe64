import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { BenchError } from '../../shared/errors.ts';
import { translateSqliteError } from './sqlite-errors.ts';

export type DataFolder = { readonly path: string; file(name: string): string; close(): void };

/**
 * Makes the folder if needed and holds it for this process: an operating-system lock that dies with the process, so a
 * crash never leaves it locked. Throws `already_running` or `data_folder_unusable`.
 */
export function openDataFolder(path: string): DataFolder {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    mkdirSync(join(path, 'blobs'), { recursive: true, mode: 0o700 });
    const lock = new Sqlite(join(path, 'station.lock'), { timeout: 0 });
    try {
      lock.pragma('locking_mode=EXCLUSIVE');
      lock.exec('BEGIN EXCLUSIVE; CREATE TABLE IF NOT EXISTS held(x); COMMIT; BEGIN EXCLUSIVE;');
    } catch (error) {
      lock.close();
      throw error;
    }
    return { path, file: name => join(path, name), close: () => lock.close() };
  } catch (error) {
    const known = translateSqliteError(error, path);
    if (known instanceof BenchError) throw known;
    throw new BenchError('data_folder_unusable', 'The data folder cannot be used. Choose another folder.', {
      cause: error,
    });
  }
}
