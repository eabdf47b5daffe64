import { z } from 'zod';

export const Role = z.enum(['technician', 'supervisor', 'admin', 'auditor']);
export type Role = z.infer<typeof Role>;

/**
 * The role matrix: each permission and the roles that hold it. Deny is the default; nothing else grants anything.
 * Server-only roles (viewer, customer) hold nothing on a bench.
 */
export const permissions = {
  'bench.read': ['technician', 'supervisor', 'admin', 'auditor'],
  'pii.read': ['technician', 'supervisor', 'admin'],
  'job.work': ['technician', 'supervisor'],
  'job.qc': ['technician', 'supervisor'],
  'job.waive': ['supervisor'],
  'job.hold': ['technician', 'supervisor'],
  'job.release': ['supervisor', 'admin'],
  /** Giving an open job to another station of the site, and taking one in. */
  'job.hand_over': ['supervisor', 'admin'],
  'lot.manage': ['supervisor', 'admin'],
  'bypass.request': ['technician', 'supervisor'],
  'bypass.decide': ['supervisor'],
  'bypass.revoke': ['supervisor', 'admin'],
  'evidence.add': ['technician', 'supervisor'],
  'evidence.correct': ['supervisor'],
  'report.issue': ['technician', 'supervisor', 'admin'],
  'report.read': ['technician', 'supervisor', 'admin', 'auditor'],
  /** The signed document as it is: nothing in it can be masked. Each download is recorded. */
  'report.download': ['technician', 'supervisor', 'admin', 'auditor'],
  /** Many signed documents at once, out of the bench. */
  'report.export': ['admin'],
  'journal.read': ['supervisor', 'admin', 'auditor'],
  'access.review': ['admin', 'auditor'],
  'access.sign_off': ['admin'],
  'user.read': ['supervisor', 'admin'],
  'user.unlock': ['supervisor', 'admin'],
  'user.manage': ['admin'],
  'station.manage': ['admin'],
  'privacy.manage': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Permission = keyof typeof permissions;

/** True when the role holds the permission. */
export function allows(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}

/** Roles that need a second factor before their first privileged act. */
export const factorRoles: readonly Role[] = ['supervisor', 'admin'];

/** True for what nobody but a supervisor or an admin may do: it needs a second factor. */
export function isPrivileged(permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).every(role => factorRoles.includes(role));
}
