import type { z } from 'zod';
import type { Permission } from './permissions.ts';

/**
 * What a method needs before it runs: `public` (anybody at the bench), `session` (anybody signed in) or a permission.
 * There is no default, so a method without one does not compile.
 */
export type Access = 'public' | 'session' | Permission;

export type MethodSpec = {
  readonly input: z.ZodType;
  readonly output: z.ZodType;
  readonly access: Access;
  /** Needs a password given within the last five minutes. */
  readonly stepUp?: true;
  /** Runs while the session is locked (unlock, sign-out, read the session). */
  readonly whileLocked?: true;
  /** Runs while a new password is due (choosing it, signing out). */
  readonly whileMustChange?: true;
  /** Runs while the present privacy notice is not accepted yet (reading and accepting it, signing out). */
  readonly whileNoticeDue?: true;
};

export type MethodSpecs = Record<string, MethodSpec>;
export type EventSpecs = Record<string, z.ZodType>;
