import { z } from 'zod';
import { Instant, OperatorId, Sha256Hex } from './ids.ts';
import type { MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';
import { Period, TableFile } from './sampling.ts';

/** One person's access, as the journal tells it. Counts are of the period. */
export const AccessOfPerson = z.object({
  operator: OperatorId,
  operatorName: z.string().nullable(),
  role: Role,
  roleSince: Instant.nullable(),
  active: z.boolean(),
  /** Null when nobody told the bench. */
  secondFactor: z.boolean().nullable(),
  lastSignIn: Instant.nullable(),
  signIns: z.int(),
  failedAttempts: z.int(),
  stepUps: z.int(),
  refusals: z.int(),
  /** Tables, journals and reports taken out of the bench. */
  exports: z.int(),
});
export type AccessOfPerson = z.infer<typeof AccessOfPerson>;

export const AccessReview = z.object({
  from: Instant,
  to: Instant,
  people: z.array(AccessOfPerson),
  /** Refused sign-ins that name nobody. */
  unknownAttempts: z.int(),
  /** How many journal entries the figures are counted from. */
  upTo: z.int(),
  /** SHA-256 of the figures above without names: what a sign-off vouches for. */
  digest: Sha256Hex,
  /** The last review that somebody signed off. */
  lastReview: z.object({ at: Instant, byName: z.string().nullable(), from: Instant, to: Instant }).nullable(),
});
export type AccessReview = z.infer<typeof AccessReview>;

export const accessMethods = {
  'access.review': { input: Period, output: AccessReview, access: 'access.review' },
  'access.export': {
    input: Period.safeExtend({ format: z.enum(['csv', 'pdf']) }),
    output: TableFile,
    access: 'access.review',
    stepUp: true,
  },
  /** Says that somebody looked; `upTo` and `digest` name what they saw. Another state of people or roles is a `conflict`. */
  'access.sign_off': {
    input: Period.safeExtend({ upTo: z.int().nonnegative(), digest: Sha256Hex }),
    output: AccessReview,
    access: 'access.sign_off',
    stepUp: true,
  },
} as const satisfies MethodSpecs;
