import { z } from 'zod';
import { Instant } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** What an admin of the site decides about accounts. */
export const PolicyValues = z.object({
  /** Minutes without a touch after which a session locks. */
  idleMinutes: z.int().min(1).max(60),
  /** Days that the password of an admin lasts. */
  adminPasswordDays: z.int().min(30).max(365),
  /** Days that the password of everybody else lasts. */
  passwordDays: z.int().min(30).max(365),
  /** Hours that an approved bypass may wait for its use. */
  approvalHours: z.int().min(1).max(72),
});
export type PolicyValues = z.infer<typeof PolicyValues>;

/** A decision as the benches of a site hand it on: the later one counts. */
export const SitePolicy = PolicyValues.extend({ changedAt: Instant });
export type SitePolicy = z.infer<typeof SitePolicy>;

/** What holds now; null for a limit that is not set. `changedAt` is null before anybody decided. */
export const PolicyInForce = z.object({
  idleMinutes: z.number().nullable(),
  adminPasswordDays: z.int().nullable(),
  passwordDays: z.int().nullable(),
  approvalHours: z.number(),
  changedAt: Instant.nullable(),
});
export type PolicyInForce = z.infer<typeof PolicyInForce>;

export const policyMethods = {
  'policy.get': { input: z.undefined(), output: PolicyInForce, access: 'station.manage' },
  'policy.set': { input: PolicyValues, output: PolicyInForce, access: 'station.manage', stepUp: true },
} as const satisfies MethodSpecs;
