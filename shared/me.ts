import { z } from 'zod';
import { BadgeText, FactorCode, NewPassword, Password, Pin, Session } from './identity.ts';
import { Instant, OperatorId } from './ids.ts';
import type { MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';
import { ReportLanguage } from './reports.ts';

export const Language = ReportLanguage;
export type Language = z.infer<typeof Language>;

/** What the bench keeps about the person who asks. */
export const Me = z.object({
  operatorId: OperatorId,
  name: z.string(),
  role: Role,
  createdAt: Instant,
  lastSignInAt: Instant.nullable(),
  passwordSetAt: Instant.nullable(),
  passwordExpiresAt: Instant.nullable(),
  passwordsRemembered: z.int(),
  secondFactor: z.boolean(),
  recoveryCodesLeft: z.int(),
  badge: z.boolean(),
  language: Language.nullable(),
  /** Entries of the journal that name this person as the one who acted. */
  journalEntries: z.int(),
  notice: z.object({ version: z.string(), acceptedAt: Instant }).nullable(),
  sessions: z.array(
    z.object({ session: z.string(), here: z.boolean(), startedAt: Instant, locked: z.boolean(), byBadge: z.boolean() }),
  ),
});
export type Me = z.infer<typeof Me>;

/** A second factor being set up: nothing counts before a code of it was confirmed. */
export const FactorOffer = z.object({ secret: z.string(), uri: z.string(), qrSvg: z.string() });
export type FactorOffer = z.infer<typeof FactorOffer>;

/** Ten codes, shown this once, each good for one sign-in without the authenticator. */
export const RecoveryCodes = z.object({ codes: z.array(z.string()) });

export const meMethods = {
  'me.get': { input: z.undefined(), output: Me, access: 'session' },
  /** Everything the bench keeps about the person who asks, as JSON; recorded. */
  'me.export': {
    input: z.undefined(),
    output: z.object({ fileName: z.string(), content: z.string() }),
    access: 'session',
    stepUp: true,
  },
  'me.end_session': { input: z.object({ session: z.string() }), output: Me, access: 'session' },
  'me.change_password': {
    input: z.object({ current: Password, code: FactorCode.optional(), password: NewPassword }),
    output: Session,
    access: 'session',
    whileMustChange: true,
    whileNoticeDue: true,
  },
  'me.begin_factor': { input: z.undefined(), output: FactorOffer, access: 'session', stepUp: true },
  'me.confirm_factor': {
    input: z.object({ code: FactorCode }),
    output: RecoveryCodes,
    access: 'session',
    stepUp: true,
  },
  'me.remove_factor': { input: z.undefined(), output: Me, access: 'session', stepUp: true },
  'me.new_recovery_codes': { input: z.undefined(), output: RecoveryCodes, access: 'session', stepUp: true },
  'me.set_badge': { input: z.object({ badge: BadgeText, pin: Pin }), output: Me, access: 'session', stepUp: true },
  'me.remove_badge': { input: z.undefined(), output: Me, access: 'session' },
  'me.set_language': {
    input: z.object({ language: Language.nullable() }),
    output: Me,
    access: 'session',
    whileNoticeDue: true,
  },
  'me.accept_notice': {
    input: z.object({ version: z.string().max(40) }),
    output: Session,
    access: 'session',
    whileMustChange: true,
    whileNoticeDue: true,
  },
} as const satisfies MethodSpecs;
