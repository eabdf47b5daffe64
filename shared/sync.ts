import { z } from 'zod';
import { Instant } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';

export const SyncStatus = z.object({
  state: z.enum(['not_enrolled', 'idle', 'sending', 'waiting', 'frozen']),
  serverUrl: z.string().nullable(),
  /** Entries that the server has not cosigned, and since when the oldest waits. */
  pendingEntries: z.int(),
  pendingSince: Instant.nullable(),
  /** Encrypted files that the server does not have yet: evidence, results and reports. */
  pendingFiles: z.int(),
  lastReceiptAt: Instant.nullable(),
  nextAttemptAt: Instant.nullable(),
  /** Whether the station has to go on in a new log, and whether the next start opens it. */
  newLog: z.enum(['no', 'needed', 'at_next_start']),
  /** The server's last answer in words; null before the first. */
  lastAnswer: z.string().nullable(),
});
export type SyncStatus = z.infer<typeof SyncStatus>;

/** Base64 SHA-256 of the public key in the server's certificate. */
export const ServerPin = z.base64().length(44);

export const syncMethods = {
  'sync.status': { input: z.undefined(), output: SyncStatus, access: 'bench.read' },
  'sync.enrol': {
    input: z.object({
      serverUrl: z.url({ protocol: /^https?$/ }),
      code: z.string().trim().min(8).max(128),
      pin: ServerPin.optional(),
    }),
    output: SyncStatus,
    access: 'station.manage',
    stepUp: true,
  },
  /** Gives up a log whose history broke: the next start goes on in a new one, which is enrolled like the first. */
  'sync.open_new_log': { input: z.undefined(), output: SyncStatus, access: 'station.manage', stepUp: true },
  'sync.now': { input: z.undefined(), output: SyncStatus, access: 'bench.read' },
} as const satisfies MethodSpecs;

export const syncEvents = { 'sync.changed': SyncStatus } as const satisfies EventSpecs;
