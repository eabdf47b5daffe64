import type { Manifest } from './archive.ts';

export type BackupOrder = {
  id: string;
  station: string;
  createdAt: string;
  appVersion: string;
  dataDir: string;
  folder: string;
  fileName: string;
  /** Raw keys of the two databases, and the key that wraps those of subjects. */
  databaseKey: Uint8Array;
  keysDatabaseKey: Uint8Array;
  wrappingKey: Uint8Array;
  /** Other values of the keystore that go along, by name; none of them signs. */
  secrets: Record<string, string>;
  recovery: { publicBase64: string; fingerprint: string };
  marks: Manifest['marks'];
};

export type BackupMade = { sizeBytes: number; files: number; size: number; root: string; pruned: number };

/** What the backup feature asks of its own process. */
export type BackupTasks = { 'backup.make': { input: BackupOrder; output: BackupMade } };
