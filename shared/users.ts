import { z } from 'zod';
import { LoginName } from './identity.ts';
import { Instant, OperatorId } from './ids.ts';
import type { MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';

export const Operator = z.object({
  id: OperatorId,
  name: z.string(),
  role: Role,
  active: z.boolean(),
  createdAt: Instant,
  lastSignInAt: Instant.nullable(),
  secondFactor: z.boolean(),
  badge: z.boolean(),
  /** Failed attempts since the last sign-in. */
  failedAttempts: z.int(),
  /** Nobody gets in by this name until it is unlocked. */
  locked: z.boolean(),
  /** Until when the one-time code that was given out opens the account; null when none is out. */
  invitedUntil: Instant.nullable(),
});
export type Operator = z.infer<typeof Operator>;

/** A one-time code, shown this once: the station keeps no more than its hash. */
export const Invitation = z.object({ operator: Operator, code: z.string(), until: Instant });
export type Invitation = z.infer<typeof Invitation>;

const target = z.object({ operatorId: OperatorId });

export const userMethods = {
  'users.list': { input: z.undefined(), output: z.array(Operator), access: 'user.read' },
  'users.invite': {
    input: z.object({ name: LoginName, role: Role }),
    output: Invitation,
    access: 'user.manage',
    stepUp: true,
  },
  /** Takes the password away and gives a one-time code instead; a second admin does it for an admin. */
  'users.reset': { input: target, output: Invitation, access: 'user.manage', stepUp: true },
  'users.change_role': { input: target.extend({ role: Role }), output: Operator, access: 'user.manage', stepUp: true },
  'users.remove_factor': { input: target, output: Operator, access: 'user.manage', stepUp: true },
  'users.unlock': { input: target, output: Operator, access: 'user.unlock', stepUp: true },
  'users.deactivate': { input: target, output: Operator, access: 'user.manage', stepUp: true },
} as const satisfies MethodSpecs;
