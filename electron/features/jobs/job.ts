import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { JobAction, JobPlace } from '../../../shared/jobs.ts';
import { refuse } from './job.guards.ts';
import { jobMachine, placeOf } from './job.machine.ts';
import type { JobContext, JobEvent, JobInput } from './job.types.ts';

export type JobSnapshot = SnapshotFrom<typeof jobMachine>;

const Stored = z.object({ value: z.union([z.string(), z.object({ reset: z.string() })]), context: z.looseObject({}) });

/** A new job in `intake`. */
export function newJob(input: JobInput): JobSnapshot {
  return initialTransition(jobMachine, input)[0];
}

/** The text that is stored with every move. */
export function serialiseJob(snapshot: JobSnapshot): string {
  return JSON.stringify({ value: snapshot.value, context: snapshot.context });
}

/** The snapshot from its stored text. */
export function restoreJob(text: string): JobSnapshot {
  const { value, context } = Stored.parse(JSON.parse(text));
  return jobMachine.resolveState({ value: value as JobSnapshot['value'], context: context as JobContext });
}

export function placeOfJob(snapshot: JobSnapshot): JobPlace {
  return placeOf(snapshot.value);
}

/** The next snapshot; throws `state_refused` with the guard's own words when the machine does not take the event. */
export function step(snapshot: JobSnapshot, event: JobEvent): JobSnapshot {
  if (!snapshot.can(event)) throw new BenchError('state_refused', whyNot(snapshot, event));
  return transition(jobMachine, snapshot, event)[0];
}

function whyNot(snapshot: JobSnapshot, event: JobEvent): string {
  const refusal = guardOf(snapshot.context, event);
  return refusal ?? `Not possible now: the job is in ${placeOfJob(snapshot)}.`;
}

function guardOf(context: JobContext, event: JobEvent): string | null {
  switch (event.type) {
    case 'intake.completed':
      return refuse.intake(context, event);
    case 'erase.started':
      return refuse.eraseStart(context, event);
    case 'erase.interrupted':
      return refuse.unplugged(context, event);
    case 'bypass.requested':
      return refuse.bypassRequest(context, event);
    case 'bypass.approved':
    case 'bypass.denied':
      return refuse.bypassDecision(context, event);
    case 'bypass.expired':
      return refuse.bypassExpiry(context, event);
    case 'functional.begun':
      return context.approval ? refuse.useApproval(context, event) : null;
    case 'step.recorded':
      return refuse.step(context, event);
    case 'functional.finished':
      return refuse.functionalEnd(context);
    case 'lock.waived':
      return refuse.waive(context, event);
    case 'sample.verified':
      return refuse.sample(context, event);
    case 'job.signed_off':
      return refuse.signOff(context, event);
    default:
      return null;
  }
}

const actionsAt: Record<JobPlace, JobAction[]> = {
  intake: ['complete_intake', 'hold', 'fail'],
  'reset.awaiting_start': ['start_erase', 'hold', 'fail'],
  'reset.erasing': [],
  'reset.interrupted': ['start_erase', 'request_bypass', 'hold', 'fail'],
  'reset.verifying': [],
  'reset.erased': ['begin_functional', 'hold', 'fail'],
  'reset.erase_failed': ['start_erase', 'request_bypass', 'hold', 'fail'],
  'reset.bypass_requested': ['decide_bypass', 'hold', 'fail'],
  'reset.bypass_approved': ['begin_functional', 'hold', 'fail'],
  functional: ['record_step', 'record_locks', 'waive_lock', 'finish_functional', 'hold', 'fail'],
  qc: ['record_locks', 'waive_lock', 'verify_sample', 'sign_off', 'reject', 'hold', 'fail'],
  on_hold: ['release'],
  completed: [],
  failed: [],
};

/** What the present place offers; the guards still have the last word when it is tried. */
export function actionsOf(snapshot: JobSnapshot): JobAction[] {
  const { context } = snapshot;
  return actionsAt[placeOfJob(snapshot)].filter(action => {
    if (action === 'verify_sample') return context.sampling.drawn && context.sampling.verifiedBy === null;
    if (action === 'waive_lock') return Object.values(context.locks).includes('locked');
    if (action === 'finish_functional') return refuse.functionalEnd(context) === null;
    return true;
  });
}
