import { z } from 'zod';
import { Instant, OperatorId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';

/** Name used to sign in; compared after Unicode NFKC and case folding, so look-alikes collide instead of coexisting. */
export const LoginName = z
  .string()
  .trim()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N} .'_-]+$/u, "letters, digits, space and . ' _ - only");

export const Password = z.string().min(1).max(1024);
/** A password being chosen. */
export const NewPassword = z.string().min(12, 'at least 12 characters').max(1024);

export const Session = z.object({
  operatorId: OperatorId,
  name: z.string(),
  role: Role,
  permissions: z.array(z.string()),
  locked: z.boolean(),
  /** Until when acts that need a fresh password are open; null when none was given lately. */
  stepUpUntil: Instant.nullable(),
});
export type Session = z.infer<typeof Session>;

export const StationInfo = z.object({
  stationId: z.uuid(),
  stationName: z.string().nullable(),
  siteName: z.string().nullable(),
  prefix: z.string(),
  training: z.boolean(),
  setUp: z.boolean(),
  version: z.string(),
});
export type StationInfo = z.infer<typeof StationInfo>;

export const Operator = z.object({
  id: OperatorId,
  name: z.string(),
  role: Role,
  active: z.boolean(),
  createdAt: Instant,
});
export type Operator = z.infer<typeof Operator>;

export const identityMethods = {
  'station.info': { input: z.undefined(), output: StationInfo, access: 'public', whileLocked: true },
  'identity.set_up': {
    input: z.object({
      siteName: z.string().trim().min(1).max(120),
      stationName: z.string().trim().min(1).max(60),
      adminName: LoginName,
      password: NewPassword,
    }),
    output: Session,
    access: 'public',
  },
  'identity.sign_in': { input: z.object({ name: LoginName, password: Password }), output: Session, access: 'public' },
  'identity.session': { input: z.undefined(), output: Session.nullable(), access: 'public', whileLocked: true },
  'identity.sign_out': { input: z.undefined(), output: z.null(), access: 'session', whileLocked: true },
  'identity.lock': { input: z.undefined(), output: Session, access: 'session', whileLocked: true },
  'identity.unlock': {
    input: z.object({ password: Password }),
    output: Session,
    access: 'session',
    whileLocked: true,
  },
  'identity.step_up': { input: z.object({ password: Password }), output: Session, access: 'session' },
  'users.list': { input: z.undefined(), output: z.array(Operator), access: 'user.manage' },
  'users.add': {
    input: z.object({ name: LoginName, role: Role, password: NewPassword }),
    output: Operator,
    access: 'user.manage',
    stepUp: true,
  },
  'users.deactivate': {
    input: z.object({ operatorId: OperatorId }),
    output: Operator,
    access: 'user.manage',
    stepUp: true,
  },
} as const satisfies MethodSpecs;

export const identityEvents = {
  /** The session of this very connection changed: locked, ended, stepped up. */
  'session.changed': Session.nullable(),
} as const satisfies EventSpecs;
