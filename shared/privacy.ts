import { z } from 'zod';
import { CustomerId, DeviceId, Instant, OperatorId } from './ids.ts';
import type { MethodSpecs } from './method.ts';

/** Somebody or something whose data can be forgotten. */
export const SubjectId = z.union([OperatorId, DeviceId, CustomerId]);
export type SubjectId = z.infer<typeof SubjectId>;

/** What forgetting would take away, and what stands against it. */
export const ForgetPreview = z.object({
  subject: SubjectId,
  /** Sealed values in the journal that become unreadable; their entries and proofs stay. */
  sealedValues: z.int(),
  /** Encrypted files that are deleted: evidence, raw results, certificates, report PDFs. */
  files: z.int(),
  /** In words; empty when it can be done. */
  obstacles: z.array(z.string()),
  forgottenAt: Instant.nullable(),
});
export type ForgetPreview = z.infer<typeof ForgetPreview>;

export const LegalHold = z.object({ subject: SubjectId, since: Instant, reason: z.string().nullable() });
export type LegalHold = z.infer<typeof LegalHold>;

/** One subject that the whole fleet is to forget, as far as this bench knows. */
export const FleetForget = z.object({
  subject: SubjectId,
  /** Asked for at this bench. */
  raised: z.boolean(),
  /** Number of the order; null until the server took it. */
  order: z.int().nullable(),
  /** What became of it here: `waiting` while a job is open or the person is the last admin. */
  here: z.enum(['done', 'held', 'waiting']),
  /** Stations that still hold something; null when nobody has said. `held` of them under a legal hold. */
  waiting: z.int().nullable(),
  held: z.int().nullable(),
  /** Revoked stations that may hold it still, for which nobody waits; null when nobody has said. */
  revoked: z.int().nullable(),
  completedAt: Instant.nullable(),
  /** Why the server did not take the order, in its words. */
  refusal: z.string().nullable(),
});
export type FleetForget = z.infer<typeof FleetForget>;

/** Somebody who asked to be forgotten and is not yet. */
export const ForgetRequest = z.object({
  subject: OperatorId,
  name: z.string().nullable(),
  askedAt: Instant,
  /** A legal hold delays it. */
  held: z.boolean(),
});
export type ForgetRequest = z.infer<typeof ForgetRequest>;

/** How far one's own wish to be forgotten is. */
export const OwnForgetting = z.object({ askedAt: Instant.nullable(), held: z.boolean() });
export type OwnForgetting = z.infer<typeof OwnForgetting>;

const subject = z.object({ subject: SubjectId });
const Reason = z.string().trim().min(10, 'say it in at least ten characters').max(5000);

export const privacyMethods = {
  'privacy.preview': { input: subject, output: ForgetPreview, access: 'privacy.manage' },
  /** Cannot be undone. PDFs that were given out keep what they disclosed. */
  'privacy.forget': { input: subject, output: ForgetPreview, access: 'privacy.manage', stepUp: true },
  'privacy.hold': {
    input: subject.extend({ reason: Reason }),
    output: LegalHold,
    access: 'privacy.manage',
    stepUp: true,
  },
  'privacy.release_hold': { input: subject, output: z.null(), access: 'privacy.manage', stepUp: true },
  'privacy.fleet': { input: z.undefined(), output: z.array(FleetForget), access: 'privacy.manage' },
  'privacy.holds': { input: z.undefined(), output: z.array(LegalHold), access: 'privacy.manage' },
  'privacy.requests': { input: z.undefined(), output: z.array(ForgetRequest), access: 'privacy.manage' },
  'me.forgetting': { input: z.undefined(), output: OwnForgetting, access: 'session' },
  /** Records the wish; an admin decides and carries it out, since the account must be closed first. */
  'me.ask_to_be_forgotten': { input: z.undefined(), output: OwnForgetting, access: 'session' },
  'me.take_back_forgetting': { input: z.undefined(), output: OwnForgetting, access: 'session' },
} as const satisfies MethodSpecs;
