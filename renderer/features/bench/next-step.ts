import type { Device } from '../../../shared/devices.ts';
import type { Job, JobAction, JobPlace } from '../../../shared/jobs.ts';
import type { Permission } from '../../../shared/permissions.ts';
import { actionWords } from '../../ui/words.ts';

/** What a tile offers first: open a job, identify again, or go on with the job. Null when nobody is needed. */
export type NextStep = { kind: 'open_job' | 'identify' | 'work'; label: string };

const needed: Record<JobAction, Permission> = {
  complete_intake: 'job.work',
  start_erase: 'job.work',
  request_bypass: 'bypass.request',
  decide_bypass: 'bypass.decide',
  begin_functional: 'job.work',
  record_step: 'job.work',
  record_locks: 'job.work',
  finish_functional: 'job.work',
  waive_lock: 'job.waive',
  verify_sample: 'job.qc',
  sign_off: 'job.qc',
  reject: 'job.qc',
  hold: 'job.hold',
  release: 'job.release',
  hand_over: 'job.hand_over',
  fail: 'job.work',
};

/** Actions that bring a job forward, the most advanced first. */
const forward: readonly JobAction[] = [
  'decide_bypass',
  'begin_functional',
  'finish_functional',
  'verify_sample',
  'sign_off',
  'complete_intake',
  'record_step',
  'start_erase',
  'request_bypass',
  'release',
];

/** Places in which the action alone would say too little. */
const placeLabels: Partial<Record<JobPlace, string>> = {
  'reset.erase_failed': 'Decide how to go on',
  'reset.interrupted': 'Erase again',
};

type Can = (permission: Permission) => boolean;

export function nextStepOfJob(job: Job, can: Can): NextStep | null {
  const testsMissing = job.steps.some(step => step.mandatory && step.result === 'pending');
  const action = forward
    .filter(candidate => !(candidate === 'finish_functional' && testsMissing))
    .find(candidate => job.actions.includes(candidate) && can(needed[candidate]));
  if (action === undefined) return null;
  return { kind: 'work', label: placeLabels[job.place] ?? actionWords[action] };
}

export function nextStepOfDevice(device: Device, job: Job | null, can: Can): NextStep | null {
  if (job !== null) return nextStepOfJob(job, can);
  if (!can('job.work')) return null;
  if (device.state === 'unidentified') return { kind: 'identify', label: 'Identify again' };
  if (device.state === 'ready' && device.jobId === null) return { kind: 'open_job', label: 'Open a job' };
  return null;
}
