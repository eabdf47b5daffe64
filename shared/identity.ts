import { z } from 'zod';
import { Instant, OperatorId } from './ids.ts';
import type { EventSpecs, MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';
import { ReportLanguage } from './reports.ts';

/** Name used to sign in; compared after Unicode NFKC, case and look-alike folding, so that look-alikes collide. */
export const LoginName = z
  .string()
  .trim()
  .min(2)
  .max(64)
  .regex(/^[\p{L}\p{N} .'_-]+$/u, "letters, digits, space and . ' _ - only");

export const Password = z.string().min(1).max(1024);
/** A password being chosen; the station checks the rest of the rules. */
export const NewPassword = z.string().min(12, 'at least 12 characters').max(1024);
/** Six digits of an authenticator, or a recovery code. */
export const FactorCode = z.string().trim().min(6).max(24);
/** A code that is given out once, for choosing a password. */
export const OneTimeCode = z.string().trim().min(8).max(24);
/** What a badge or barcode reader types. */
export const BadgeText = z.string().trim().min(4).max(256);
export const Pin = z.string().regex(/^\d{6,12}$/, '6 to 12 digits');

/** What proves who somebody is; `code` where the account has a second factor. */
export const Proof = z.object({ password: Password, code: FactorCode.optional() });
export type Proof = z.infer<typeof Proof>;

/**
 * `none`: no second factor and none needed; `needed`: must be set up before the first privileged act; `given`: given for
 * this session; `withheld`: signed in by badge although there is one.
 */
export const SecondFactor = z.enum(['none', 'needed', 'given', 'withheld']);
export type SecondFactor = z.infer<typeof SecondFactor>;

export const Session = z.object({
  operatorId: OperatorId,
  name: z.string(),
  role: Role,
  permissions: z.array(z.string()),
  locked: z.boolean(),
  /** Until when acts that need a fresh password are open; null when none was given lately. */
  stepUpUntil: Instant.nullable(),
  signedInBy: z.enum(['password', 'badge']),
  secondFactor: SecondFactor,
  /** The password has expired: nothing but choosing a new one is possible. */
  mustChange: z.boolean(),
  passwordExpiresAt: Instant.nullable(),
  /** How dates are written for this person, and what is offered first for internal reports; null as the machine does. */
  language: ReportLanguage.nullable(),
  /** Version of the privacy notice and terms that this person has not accepted yet. */
  noticeDue: z.string().nullable(),
});
export type Session = z.infer<typeof Session>;

/** Whether the person has a second factor, which a fresh proof then needs. */
export function hasFactor(session: Session | null): boolean {
  return session?.secondFactor === 'given' || session?.secondFactor === 'withheld';
}

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
  'identity.sign_in': { input: Proof.extend({ name: LoginName }), output: Session, access: 'public' },
  /** For technicians alone; never enough for what needs a fresh password. */
  'identity.sign_in_badge': { input: z.object({ badge: BadgeText, pin: Pin }), output: Session, access: 'public' },
  /** Chooses the password by the one-time code that an admin gave; signing in is the next step. */
  'identity.accept_invitation': {
    input: z.object({ name: LoginName, code: OneTimeCode, password: NewPassword }),
    output: z.null(),
    access: 'public',
  },
  'identity.session': { input: z.undefined(), output: Session.nullable(), access: 'public', whileLocked: true },
  'identity.sign_out': {
    input: z.undefined(),
    output: z.null(),
    access: 'session',
    whileLocked: true,
    whileMustChange: true,
    whileNoticeDue: true,
  },
  'identity.lock': {
    input: z.undefined(),
    output: Session,
    access: 'session',
    whileLocked: true,
    whileMustChange: true,
    whileNoticeDue: true,
  },
  'identity.unlock': {
    input: Proof,
    output: Session,
    access: 'session',
    whileLocked: true,
    whileMustChange: true,
    whileNoticeDue: true,
  },
  /** The person is still there: the idle lock counts anew. */
  'identity.touch': {
    input: z.undefined(),
    output: z.null(),
    access: 'session',
    whileMustChange: true,
    whileNoticeDue: true,
  },
  'identity.step_up': { input: Proof, output: Session, access: 'session', whileMustChange: true },
} as const satisfies MethodSpecs;

export const identityEvents = {
  /** The session of this very connection changed: locked, ended, stepped up. */
  'session.changed': Session.nullable(),
} as const satisfies EventSpecs;
