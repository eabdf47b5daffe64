import type { Role } from '../../../shared/permissions.ts';

/** What a site decides about accounts. */
export type IdentityPolicy = {
  /** Milliseconds without a touch after which a session locks; null never. */
  idleMs: number | null;
  /** Days that a password lasts; null for ever. */
  passwordDays: { admin: number; others: number } | null;
  /** How long a one-time code opens an account, in milliseconds. */
  invitationMs: number;
  /** Version of the privacy notice and terms that everybody accepts; another version asks again. */
  noticeVersion: string;
  /** How long an approved bypass waits for its use, in milliseconds. */
  approvalMs: number;
};

const dayMs = 24 * 3_600_000;

export const standardIdentityPolicy: IdentityPolicy = {
  idleMs: 5 * 60_000,
  passwordDays: { admin: 90, others: 180 },
  invitationMs: 7 * dayMs,
  noticeVersion: '2026-01',
  approvalMs: dayMs,
};

/** When a password that was set then expires, in milliseconds since 1970; null never. */
export function expiryOf(policy: IdentityPolicy, role: Role, setAt: string | null): number | null {
  if (policy.passwordDays === null || setAt === null) return null;
  const days = role === 'admin' ? policy.passwordDays.admin : policy.passwordDays.others;
  return Date.parse(setAt) + days * dayMs;
}
