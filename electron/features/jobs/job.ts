import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { JobAction, JobPlace } from '../../../shared/jobs.ts';
import { type JobGuards, refuse } from './job.guards.ts';
import { createJobMachine, type jobMachine, placeOf } from './job.machine.ts';
import type { JobContext, JobEvent, JobInput } from './job.types.ts';

export type JobSnapshot = SnapshotFrom<typeof jobMachine>;

const Stored = z.object({ value: z.union([z.string(), z.object({ reset: z.string() })]), context: z.looseObject({}) });

/** How jobs move under these guards; the bench has one set of them, a test may take one away. */
export function createJobSteps(guards: JobGuards) {
  const machine = createJobMachine(guards);
  return {
    /** A new job in `intake`. */
    newJob: (input: JobInput): JobSnapshot => initialTransition(machine, input)[0],
    /** The snapshot from its stored text. */
    restoreJob(text: string): JobSnapshot {
      const { value, context } = Stored.parse(JSON.parse(text));
      return machine.resolveState({ value: value as JobSnapshot['value'], context: context as JobContext });
    },
    /** The next snapshot; throws `state_refused` with the guard's own words when the machine does not take the event. */
    step(snapshot: JobSnapshot, event: JobEvent): JobSnapshot {
      if (!snapshot.can(event)) throw new BenchError('state_refused', whyNot(guards, snapshot, event));
      return transition(machine, snapshot, event)[0];
    },
  };
}

export const { newJob, restoreJob, step } = createJobSteps(refuse);

/** The text that is stored with every move. */
export function serialiseJob(snapshot: JobSnapshot): string {
  return JSON.stringify({ value: snapshot.value, context: snapshot.context });
}

export function placeOfJob(snapshot: JobSnapshot): JobPlace {
  return placeOf(snapshot.value);
}

function whyNot(guards: JobGuards, snapshot: JobSnapshot, event: JobEvent): string {
  const refusal = guardOf(guards, snapshot.context, event);
  return refusal ?? placeRefusal(placeOfJob(snapshot), event);
}

function placeRefusal(place: JobPlace, { type }: JobEvent): string {
  if (place === 'handed_over') return 'The job was handed over: it goes on at another station and no more here.';
  if (type !== 'job.handed_over') return `Not possible now: the job is in ${place}.`;
  if (place === 'reset.erasing' || place === 'reset.verifying')
    return 'An erase runs on this device. Hand the job over when it has ended.';
  if (place === 'reset.bypass_requested' || place === 'reset.bypass_approved')
    return 'A bypass is asked for or approved. Have it denied, revoked or used first.';
  return place === 'on_hold' ? 'The job is on hold. Release it first.' : 'The job is over.';
}

function guardOf(refuse: JobGuards, context: JobContext, event: JobEvent): string | null {
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
    case 'bypass.revoked':
      return refuse.bypassRevocation(context, event);
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
    case 'job.handed_over':
      return refuse.handOver(context, event);
    case 'job.taken_over':
      return refuse.takeOver(context, event);
    case 'job.signed_off':
      return refuse.signOff(context, event);
    default:
      return null;
  }
}

const actionsAt: Record<JobPlace, JobAction[]> = {
  intake: ['complete_intake', 'hold', 'hand_over', 'fail'],
  'reset.awaiting_start': ['start_erase', 'hold', 'hand_over', 'fail'],
  'reset.erasing': [],
  'reset.interrupted': ['start_erase', 'request_bypass', 'hold', 'hand_over', 'fail'],
  'reset.verifying': [],
  'reset.erased': ['begin_functional', 'hold', 'hand_over', 'fail'],
  'reset.erase_failed': ['start_erase', 'request_bypass', 'hold', 'hand_over', 'fail'],
  'reset.bypass_requested': ['decide_bypass', 'hold', 'fail'],
  'reset.bypass_approved': ['begin_functional', 'hold', 'fail'],
  functional: ['record_step', 'record_locks', 'waive_lock', 'finish_functional', 'hold', 'hand_over', 'fail'],
  qc: ['record_locks', 'waive_lock', 'verify_sample', 'sign_off', 'reject', 'hold', 'hand_over', 'fail'],
  on_hold: ['release'],
  handed_over: [],
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
