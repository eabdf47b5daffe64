import { z } from 'zod';
import { SiteChecklists } from './checklists.ts';
import { Instant, OperatorId } from './ids.ts';
import type { MethodSpecs } from './method.ts';
import { Role } from './permissions.ts';
import { SitePolicy } from './policy.ts';

/** One account of the site. Of somebody who left, nothing but that they did. */
export const SiteAccount = z.object({
  id: OperatorId,
  role: Role,
  active: z.boolean(),
  /** Null for somebody who left. */
  name: z.string().nullable(),
  /** PHC string; empty for somebody who has no password yet or left. */
  passwordHash: z.string().max(512),
  passwordSetAt: Instant.nullable(),
  /** Secret of the second factor, hexadecimal. */
  totp: z
    .string()
    .regex(/^[0-9a-f]{2,256}$/)
    .nullable(),
  /** When a bench last changed something of it. */
  changedAt: Instant,
});
export type SiteAccount = z.infer<typeof SiteAccount>;
/** An account as a bench has it. */
export type BenchAccount = Omit<SiteAccount, 'changedAt'>;

/** Everybody of one site. The newest version counts; the same `op_` id on every bench. */
export const SiteDirectory = z.object({
  site: z.uuid(),
  version: z.int().positive(),
  users: z.array(SiteAccount).max(10_000),
  /** Null where nobody decided anything. */
  policy: SitePolicy.nullable().default(null),
  /** Null where nobody published any. */
  checklists: SiteChecklists.nullable().default(null),
});
export type SiteDirectory = z.infer<typeof SiteDirectory>;

/**
 * A directory as it travels: a signed note that names site, version and SHA-256 of `sealed`, and the directory sealed to
 * the benches of the site.
 */
export const SignedDirectory = z.object({ note: z.string().max(4_096), sealed: z.string().max(8_000_000) });
export type SignedDirectory = z.infer<typeof SignedDirectory>;

/** What an admin carries to another bench: the directory, and in an invitation the keys of the site behind a passphrase. */
export const DirectoryFile = z.object({
  kind: z.enum(['veriqko-directory', 'veriqko-site-invitation']),
  directory: SignedDirectory,
  invitation: z.object({ salt: z.base64(), sealed: z.string().max(8_192) }).optional(),
});
export type DirectoryFile = z.infer<typeof DirectoryFile>;

export const DirectoryStatus = z.object({
  /** Null while this bench has accounts of its own alone. */
  site: z.uuid().nullable(),
  version: z.int(),
  /** Verifier key of the site: the same on every bench that belongs to it. */
  vkey: z.string().nullable(),
  accounts: z.int(),
});
export type DirectoryStatus = z.infer<typeof DirectoryStatus>;

const Passphrase = z.string().min(16, 'at least 16 characters').max(256);
const File = z.object({ fileName: z.string(), content: z.string() });

export const directoryMethods = {
  'directory.status': { input: z.undefined(), output: DirectoryStatus, access: 'user.manage' },
  /** Makes this bench the first of a site if it belongs to none, and answers what another bench joins with. */
  'directory.invite': {
    input: z.object({ passphrase: Passphrase }),
    output: File,
    access: 'user.manage',
    stepUp: true,
  },
  'directory.join': {
    input: z.object({ content: z.string().max(10_000_000), passphrase: Passphrase }),
    output: DirectoryStatus,
    access: 'user.manage',
    stepUp: true,
  },
  'directory.export': { input: z.undefined(), output: File, access: 'user.manage', stepUp: true },
  'directory.import': {
    input: z.object({ content: z.string().max(10_000_000) }),
    output: DirectoryStatus,
    access: 'user.manage',
    stepUp: true,
  },
} as const satisfies MethodSpecs;
