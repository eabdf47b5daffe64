import type { z } from 'zod';
import type { Checklist, DeviceType } from '../../../shared/checklists.ts';
import type { EntryData, EntrySlots, JobEntryType } from '../../../shared/events.ts';
import { ApprovalId, type JobId, type OperatorId } from '../../../shared/ids.ts';
import type { Job, jobMethods } from '../../../shared/jobs.ts';
import type { Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Handlers, SignedIn } from '../../handlers.ts';
import type { JobContext, JobEvent } from './job.types.ts';
import type { JobRow } from './jobs.store.ts';

type ActData<T extends JobEntryType> = Omit<EntryData<T>, 'from' | 'to'>;

/** An act on a job: what happened, and its record. `from` and `to` are filled in from the machine. */
export type Act<T extends JobEntryType> = {
  event: JobEvent;
  type: T;
  /** May depend on what the machine made of the event. */
  data: ActData<T> | ((next: JobContext) => ActData<T>);
  by: string | undefined;
  /** Whether the entry carries a reason that the job should show. */
  reasoned?: boolean;
} & (keyof EntrySlots<T> extends never ? { pii?: never } : { pii: EntrySlots<T> });

type Deps = {
  find(id: JobId): JobRow;
  commit<T extends JobEntryType>(id: JobId, act: Act<T>, also?: (tx: Tx) => void): Job;
  clock: Clock;
  useApproval(tx: Tx, id: ApprovalId): void;
  approvalTime(id: ApprovalId): number;
  isSamePerson(a: string, b: string): boolean;
  /** The list that a functional test of such a device takes now. */
  checklistFor(type: DeviceType): Checklist;
};

type ActMethods = Exclude<
  keyof typeof jobMethods,
  'jobs.open' | 'jobs.list' | 'jobs.get' | 'jobs.start_erase' | 'jobs.run_diagnostics'
>;

type StepResult = Omit<z.output<(typeof jobMethods)['jobs.record_step']['input']>, 'jobId'>;

/** A step of the check-list has its result, whoever or whatever found it. */
export const stepRecorded = (
  { stepId, result, reason, measurement }: StepResult,
  by: OperatorId,
): Act<'job.step_recorded'> => ({
  event: {
    type: 'step.recorded',
    step: stepId,
    result,
    reasoned: reason !== undefined,
    measured: measurement ?? null,
    by,
  },
  type: 'job.step_recorded',
  data: {
    step: stepId,
    result,
    measurement: measurement ? { value: String(measurement.value), unit: measurement.unit } : null,
  },
  by,
  pii: { text: { reason: reason ?? null } },
});

const withReason = <T extends 'job.rejected' | 'job.failed' | 'job.held'>(
  type: T,
  reason: string,
  caller: SignedIn,
) => ({
  event: { type },
  type,
  data: {},
  by: caller.operatorId,
  reasoned: true,
  pii: { text: { reason } },
});

/** What operators do to a job, each one event for the machine and one journal entry. */
export function createJobActs({ find, commit, clock, useApproval, approvalTime, isSamePerson, checklistFor }: Deps) {
  /** Whether the caller did by another account what somebody of `people` did. */
  const isAgain = (people: readonly string[], { operatorId }: SignedIn) =>
    people.some(person => person !== operatorId && isSamePerson(person, operatorId));

  return {
    'jobs.complete_intake': ({ jobId, condition }, caller) =>
      commit(jobId, {
        event: { type: 'intake.completed', condition },
        type: 'job.intake_completed',
        data: { condition },
        by: caller.operatorId,
      }),
    'jobs.begin_functional': ({ jobId, deviceType }, caller) => {
      const held = find(jobId).snapshot.context.approval;
      const usedApproval = held && ApprovalId.parse(held.id);
      return commit(
        jobId,
        {
          event: {
            type: 'functional.begun',
            at: usedApproval ? approvalTime(usedApproval) : clock.now(),
            checklist: checklistFor(deviceType),
          },
          type: 'job.functional_begun',
          data: ({ erasure, checklist }) => ({ usedApproval, erasure: erasure ?? 'indeterminate', checklist }),
          by: caller.operatorId,
        },
        tx => usedApproval && useApproval(tx, usedApproval),
      );
    },
    'jobs.record_step': ({ jobId, ...step }, caller) => commit(jobId, stepRecorded(step, caller.operatorId)),
    'jobs.record_locks': ({ jobId, locks }, caller) =>
      commit(jobId, {
        event: { type: 'locks.recorded', locks },
        type: 'job.locks_recorded',
        data: { locks },
        by: caller.operatorId,
      }),
    'jobs.waive_lock': ({ jobId, lock, reason }, caller) =>
      commit(jobId, {
        event: { type: 'lock.waived', lock },
        type: 'job.lock_waived',
        data: { lock },
        by: caller.operatorId,
        reasoned: true,
        pii: { text: { reason } },
      }),
    'jobs.finish_functional': ({ jobId }, caller) =>
      commit(jobId, {
        event: { type: 'functional.finished' },
        type: 'job.functional_finished',
        data: {},
        by: caller.operatorId,
      }),
    'jobs.verify_sample': ({ jobId, passed, method }, caller) =>
      commit(jobId, {
        event: {
          type: 'sample.verified',
          passed,
          by: caller.operatorId,
          eraserAgain: isAgain(find(jobId).snapshot.context.eraseOperators, caller),
        },
        type: 'job.sample_verified',
        data: { passed },
        by: caller.operatorId,
        pii: { text: { method } },
      }),
    'jobs.sign_off': ({ jobId }, caller) =>
      commit(jobId, {
        event: {
          type: 'job.signed_off',
          by: caller.operatorId,
          testerAgain: isAgain(find(jobId).snapshot.context.testers, caller),
        },
        type: 'job.signed_off',
        data: ({ selfSignedOff }) => ({ self: selfSignedOff }),
        by: caller.operatorId,
      }),
    'jobs.reject': ({ jobId, reason }, caller) => commit(jobId, withReason('job.rejected', reason, caller)),
    'jobs.hold': ({ jobId, reason }, caller) => commit(jobId, withReason('job.held', reason, caller)),
    'jobs.fail': ({ jobId, reason }, caller) => commit(jobId, withReason('job.failed', reason, caller)),
    'jobs.release': ({ jobId }, caller) =>
      commit(jobId, { event: { type: 'job.released' }, type: 'job.released', data: {}, by: caller.operatorId }),
  } satisfies Pick<Handlers, ActMethods>;
}
