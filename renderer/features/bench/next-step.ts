import type { Device } from '../../../shared/devices.ts';
import type { Job, JobAction } from '../../../shared/jobs.ts';
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

type Can = (permission: Permission) => boolean;

export function nextStepOfJob(job: Job, can: Can): NextStep | null {
  const action = forward.find(candidate => job.actions.includes(candidate) && can(needed[candidate]));
  return action === undefined ? null : { kind: 'work', label: actionWords[action] };
}

export function nextStepOfDevice(device: Device, job: Job | null, can: Can): NextStep | null {
  if (job !== null) return nextStepOfJob(job, can);
  if (!can('job.work')) return null;
  if (device.state === 'unidentified') return { kind: 'identify', label: 'Identify again' };
  if (device.state === 'ready' && device.jobId === null) return { kind: 'open_job', label: 'Open a job' };
  return null;
}
