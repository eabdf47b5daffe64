import { z } from 'zod';
import { Instant } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** What a journal entry says that puts another key in the place of the one that signs the log's heads. */
export const KeyRotated = z.object({
  /** Verifier key that signed until then. */
  previous: z.string().min(1).max(1024),
  /** Verifier key that signs every head over this entry. */
  vkey: z.string().min(1).max(1024),
});

/**
 * `log` signs the journal's heads; `subjects` wraps the keys to personal data; `databases` encrypts the two
 * files; `server` are those by which the central server knows the station and seals to it.
 */
export const KeyKind = z.enum(['log', 'server', 'subjects', 'databases']);
export type KeyKind = z.infer<typeof KeyKind>;

export const KeyAge = z.object({
  kind: KeyKind,
  since: Instant,
  /** Ninety days later. */
  dueAt: Instant,
  /** `soon`: within two weeks. */
  state: z.enum(['good', 'soon', 'overdue']),
});
export type KeyAge = z.infer<typeof KeyAge>;

export const keyMethods = {
  /** Replaces every key of the station that can be replaced now. `left` says why the others stay as they are. */
  'keys.rotate': {
    input: z.undefined(),
    output: z.object({ keys: z.array(KeyAge), left: z.string().nullable() }),
    access: 'station.manage',
    stepUp: true,
  },
} as const satisfies MethodSpecs;
