import { z } from 'zod';
import { Instant } from './ids.ts';
import { JournalStatus } from './journal.ts';
import { KeyAge } from './keys.ts';
import type { MethodSpecs } from './method.ts';
import { SyncStatus } from './sync.ts';

export const Health = z.object({
  version: z.string(),
  startedAt: Instant,
  training: z.boolean(),
  journal: JournalStatus,
  sync: SyncStatus,
  keystore: z.enum(['os', 'file', 'memory']),
  /** How old the station's keys are. */
  keys: z.array(KeyAge),
  /** Words of the erasure tool about itself, or why it cannot be used. */
  eraseTool: z.object({ available: z.boolean(), detail: z.string() }),
  /** What an operator should know, in plain sentences; empty when all is well. */
  warnings: z.array(z.string()),
});
export type Health = z.infer<typeof Health>;

export const healthMethods = {
  'health.get': { input: z.undefined(), output: Health, access: 'session' },
} as const satisfies MethodSpecs;
