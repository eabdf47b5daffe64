import { z } from 'zod';
import { CheckAnswer, DeviceCheck, ToldByTool, toldByToolPii } from './diagnostics.ts';
import { JobId } from './ids.ts';
import { Job, LockKind } from './jobs.ts';
import type { MethodSpecs } from './method.ts';

export const lockMethods = {
  /**
   * Asks the tool about the attached device and records the locks that its answers show to be set, named in `locked`;
   * answers when it is done. No answer makes a lock clear. Nothing is recorded when the device leaves, is another one, or
   * the tool ends without an answer.
   */
  'jobs.ask_locks': {
    input: z.object({ jobId: JobId }),
    output: z.object({ job: Job, checks: z.record(DeviceCheck, CheckAnswer), locked: z.array(LockKind) }),
    access: 'job.work',
  },
} as const satisfies MethodSpecs;

export const lockEntries = {
  /** The tool answered the checks; a lock that they show is recorded by an entry of its own. */
  'job.locks_asked': {
    data: ToldByTool.extend({ checks: z.partialRecord(DeviceCheck, CheckAnswer) }),
    pii: toldByToolPii,
  },
};
