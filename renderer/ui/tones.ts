import type { ApprovalState, EraseAttempt } from '../../shared/approvals.ts';
import type { DeviceState } from '../../shared/devices.ts';
import type { CheckAnswer } from '../../shared/diagnostics.ts';
import type { ErasureStatus, JobPlace, LockState, TestResult } from '../../shared/jobs.ts';
import type { SampleState } from '../../shared/sampling.ts';
import type { SyncStatus } from '../../shared/sync.ts';
import type { VerificationStep } from '../../shared/verification.ts';
import type { Tone } from './status-mark.tsx';

export const deviceTones: Record<DeviceState, Tone> = {
  attached: 'quiet',
  identifying: 'working',
  ready: 'good',
  busy: 'working',
  unidentified: 'attention',
  lost: 'stopped',
};

export const placeTones: Record<JobPlace, Tone> = {
  intake: 'attention',
  'reset.awaiting_start': 'attention',
  'reset.erasing': 'working',
  'reset.interrupted': 'bad',
  'reset.verifying': 'working',
  'reset.erased': 'good',
  'reset.erase_failed': 'bad',
  'reset.bypass_requested': 'stopped',
  'reset.bypass_approved': 'good',
  functional: 'attention',
  qc: 'attention',
  completed: 'good',
  failed: 'bad',
  on_hold: 'stopped',
  handed_over: 'quiet',
};

export const erasureTones: Record<ErasureStatus, Tone> = {
  erased_verified: 'good',
  erased_with_exceptions: 'attention',
  manual_bypass: 'attention',
  failed: 'bad',
  indeterminate: 'bad',
};

export const resultTones: Record<TestResult, Tone> = { pass: 'good', fail: 'bad', skip: 'attention', pending: 'quiet' };

export const attemptTones: Record<EraseAttempt['outcome'], Tone> = {
  running: 'working',
  interrupted: 'stopped',
  reported: 'working',
  erased_verified: 'good',
  erased_with_exceptions: 'attention',
  failed: 'bad',
  indeterminate: 'bad',
};

export const sampleTones: Record<SampleState, Tone> = {
  open: 'quiet',
  outstanding: 'attention',
  handed_over: 'quiet',
  verified: 'good',
  failed: 'bad',
};

export const approvalTones: Record<ApprovalState, Tone> = {
  requested: 'attention',
  approved: 'good',
  denied: 'bad',
  used: 'good',
  expired: 'stopped',
  revoked: 'stopped',
};

export const syncTones: Record<SyncStatus['state'], Tone> = {
  not_enrolled: 'quiet',
  idle: 'good',
  sending: 'working',
  waiting: 'attention',
  frozen: 'bad',
};

export const outcomeTones: Record<VerificationStep['outcome'], Tone> = {
  ok: 'good',
  warning: 'attention',
  failed: 'bad',
  skipped: 'quiet',
};

export const lockTones: Record<LockState, Tone> = { clear: 'good', locked: 'bad', unknown: 'quiet' };

export const answerTones: Record<CheckAnswer, Tone> = { yes: 'attention', no: 'quiet', unknown: 'quiet' };
