import { z } from 'zod';
import { DeviceId, Instant, JobId, OperatorId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { Verification } from './verification.ts';

/** Why a station goes on in a new log. */
export const LogCause = z.enum([
  /** The server holds another history that this station signed. */
  'forked',
  /** The key that signs the log is gone. */
  'key_lost',
  /** The data come from a backup, on a computer without the keys. */
  'restored',
]);
export type LogCause = z.infer<typeof LogCause>;

export const JournalStatus = z.object({
  origin: z.string(),
  size: z.int(),
  /** Root hash over all entries, base64. */
  root: z.string(),
  /** Entries that the central server has cosigned. */
  cosignedSize: z.int(),
  /** Since when the oldest entry without a cosignature waits; null when none does. */
  notCosignedSince: Instant.nullable(),
});
export type JournalStatus = z.infer<typeof JournalStatus>;

export const JournalEntry = z.object({
  /** Place among all entries the station ever wrote; in its first log that is its number there. */
  seq: z.int(),
  type: z.string(),
  at: Instant,
  actor: OperatorId.nullable(),
  actorName: z.string().nullable(),
  job: JobId.nullable(),
  device: DeviceId.nullable(),
  /** The entry's own data; personal data is never in it. */
  data: z.record(z.string(), z.unknown()),
  cosigned: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const journalMethods = {
  'journal.status': { input: z.undefined(), output: JournalStatus, access: 'bench.read' },
  /** Newest first; `before` pages on. */
  'journal.list': {
    input: z.object({
      before: z.int().nonnegative().optional(),
      limit: z.int().min(1).max(200),
      jobId: JobId.optional(),
    }),
    output: z.array(JournalEntry),
    access: 'journal.read',
  },
  /** Recomputes the whole tree from the stored bytes and checks every checkpoint against it. */
  'journal.verify': { input: z.undefined(), output: Verification, access: 'journal.read' },
} as const satisfies MethodSpecs;

export const journalEvents = { 'journal.changed': JournalStatus } as const satisfies EventSpecs;
