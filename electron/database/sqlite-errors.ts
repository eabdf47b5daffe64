import { BenchError, type ErrorCode } from '../../shared/errors.ts';

const advice: { prefix: string; code: ErrorCode; message: string }[] = [
  {
    prefix: 'SQLITE_NOTADB',
    code: 'database_key_wrong',
    message:
      'The database does not open with the key in the keystore. Start with the account and keystore that created it, or restore a backup with the recovery key.',
  },
  {
    prefix: 'SQLITE_CORRUPT',
    code: 'database_damaged',
    message:
      'The database file is damaged or cut short. Stop, keep the data folder as it is, and restore the newest backup.',
  },
  {
    prefix: 'SQLITE_FULL',
    code: 'disk_full',
    message: 'The disk is full: nothing more is recorded. Free space, then try again; what was recorded is safe.',
  },
  {
    prefix: 'SQLITE_IOERR',
    code: 'data_folder_unusable',
    message: 'The disk reports an error. Stop work on this station and check the disk; what was recorded is safe.',
  },
  {
    prefix: 'SQLITE_READONLY',
    code: 'data_folder_unusable',
    message: 'The data folder cannot be written. Give this account write permission or choose another folder.',
  },
  {
    prefix: 'SQLITE_CANTOPEN',
    code: 'data_folder_unusable',
    message: 'The data folder cannot be written. Give this account write permission or choose another folder.',
  },
  {
    prefix: 'SQLITE_BUSY',
    code: 'already_running',
    message: 'Another Veriqko Bench uses this data folder. Close it first.',
  },
  {
    prefix: 'EACCES',
    code: 'data_folder_unusable',
    message: 'The data folder cannot be written. Give this account write permission or choose another folder.',
  },
  {
    prefix: 'EROFS',
    code: 'data_folder_unusable',
    message: 'The data folder is on a read-only disk. Choose another folder.',
  },
  {
    prefix: 'ENOSPC',
    code: 'disk_full',
    message: 'The disk is full: nothing more is recorded. Free space, then try again; what was recorded is safe.',
  },
  { prefix: 'ENOTDIR', code: 'data_folder_unusable', message: 'The data folder is not a folder. Choose another one.' },
];

/** The BenchError for an error of SQLite or the file system; anything else comes back as it is. */
export function translateSqliteError(error: unknown, file: string): unknown {
  if (error instanceof BenchError || !(error instanceof Error)) return error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const known = advice.find(line => code.startsWith(line.prefix));
  return known
    ? new BenchError(known.code, known.message, { cause: new Error(`${code} on ${file}`, { cause: error }) })
    : error;
}
