import { z } from 'zod';
import { Instant } from './ids.ts';
import type { MethodSpecs } from './method.ts';

export const BackupStatus = z.object({
  /** The key that backups are sealed to; null until somebody has confirmed that they keep it. */
  recoveryKey: z.object({ fingerprint: z.string(), since: Instant }).nullable(),
  /** Given out, and not confirmed yet. */
  unconfirmedFingerprint: z.string().nullable(),
  folder: z.string().nullable(),
  daily: z.boolean(),
  running: z.boolean(),
  /** The newest that was made and verified. */
  last: z
    .object({ at: Instant, fileName: z.string(), sizeBytes: z.int(), entries: z.int(), fingerprint: z.string() })
    .nullable(),
  /** The last attempt, when it failed. */
  failure: z.object({ at: Instant, words: z.string() }).nullable(),
  /** What an admin should see to, in words. */
  warnings: z.array(z.string()),
});
export type BackupStatus = z.infer<typeof BackupStatus>;

/** The private half of the recovery key: given out once and kept nowhere. */
export const RecoveryKeyGivenOut = z.object({
  fingerprint: z.string(),
  fileName: z.string(),
  fileText: z.string(),
  sheetFileName: z.string(),
  sheetHtml: z.string(),
});
export type RecoveryKeyGivenOut = z.infer<typeof RecoveryKeyGivenOut>;

export const backupMethods = {
  'backup.status': { input: z.undefined(), output: BackupStatus, access: 'station.manage' },
  /** Makes a backup, reads it back and verifies it; answers when that is done. */
  'backup.run': { input: z.undefined(), output: BackupStatus, access: 'station.manage' },
  'backup.configure': {
    input: z.object({ folder: z.string().trim().min(1).max(1_000).nullable(), daily: z.boolean() }),
    output: BackupStatus,
    access: 'station.manage',
    stepUp: true,
  },
  'recovery.create': { input: z.undefined(), output: RecoveryKeyGivenOut, access: 'station.manage', stepUp: true },
  /** The last group of the key, typed from paper: from now on it is the recovery key. */
  'recovery.confirm': {
    input: z.object({ checkGroup: z.string().trim().length(4) }),
    output: BackupStatus,
    access: 'station.manage',
  },
} as const satisfies MethodSpecs;
