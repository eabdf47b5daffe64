import type { z } from 'zod';
import { accessMethods } from './access.ts';
import { approvalEvents, approvalMethods } from './approvals.ts';
import { authorityMethods } from './authority.ts';

import { backupMethods } from './backup.ts';

import { checklistMethods } from './checklists.ts';
import { customerEvents, customerMethods } from './customers.ts';

import { deviceEvents, deviceMethods } from './devices.ts';
import { directoryMethods } from './directory.ts';
import type { ErrorCode } from './errors.ts';
import { evidenceMethods } from './evidence.ts';
import { exportEvents, exportMethods } from './exports.ts';
import { handoverMethods } from './handover.ts';
import { healthMethods } from './health.ts';
import { identityEvents, identityMethods } from './identity.ts';
import { jobEvents, jobMethods } from './jobs.ts';
import { journalEvents, journalMethods } from './journal.ts';
import { keyMethods } from './keys.ts';
import { labelMethods } from './labels.ts';
import { lockMethods } from './lock-answers.ts';
import { meMethods } from './me.ts';
import { policyMethods } from './policy.ts';
import { privacyMethods } from './privacy.ts';
import { reportEvents, reportMethods } from './reports.ts';
import { samplingMethods } from './sampling.ts';
import { signingTokenMethods } from './signing-token.ts';
import { syncEvents, syncMethods } from './sync.ts';
import { timestampMethods } from './timestamps.ts';
import { trainingMethods } from './training.ts';
import { userMethods } from './users.ts';

/** Everything the renderer may ask of the station. */
export const methods = {
  ...identityMethods,
  ...userMethods,
  ...policyMethods,
  ...meMethods,
  ...deviceMethods,
  ...jobMethods,
  ...lockMethods,
  ...checklistMethods,
  ...approvalMethods,
  ...samplingMethods,
  ...accessMethods,
  ...evidenceMethods,
  ...journalMethods,
  ...syncMethods,
  ...reportMethods,
  ...labelMethods,
  ...customerMethods,
  ...handoverMethods,
  ...exportMethods,
  ...authorityMethods,
  ...timestampMethods,
  ...signingTokenMethods,
  ...privacyMethods,
  ...directoryMethods,
  ...keyMethods,
  ...healthMethods,
  ...backupMethods,
  ...trainingMethods,
} as const;

/** Everything the station may tell the renderer. */
export const events = {
  ...identityEvents,
  ...deviceEvents,
  ...jobEvents,
  ...approvalEvents,
  ...journalEvents,
  ...syncEvents,
  ...reportEvents,
  ...exportEvents,
  ...customerEvents,
} as const;

export type Method = keyof typeof methods;
export type Input<M extends Method> = z.input<(typeof methods)[M]['input']>;
export type Parsed<M extends Method> = z.output<(typeof methods)[M]['input']>;
export type Output<M extends Method> = z.output<(typeof methods)[M]['output']>;
export type EventName = keyof typeof events;
export type Payload<E extends EventName> = z.output<(typeof events)[E]>;

/** What travels back over any carrier; a call never rejects on the wire. */
export type Reply =
  | { ok: true; value: unknown }
  | { ok: false; error: { code: ErrorCode; message: string; traceId: string } };
