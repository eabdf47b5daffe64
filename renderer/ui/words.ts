import type { ApprovalState, BypassReason, EraseAttempt } from '../../shared/approvals.ts';
import type { DeviceType } from '../../shared/checklists.ts';
import type { DeviceState } from '../../shared/devices.ts';
import type { CheckAnswer, DeviceCheck } from '../../shared/diagnostics.ts';
import type { EvidenceCondition } from '../../shared/evidence.ts';
import type {
  Condition,
  ErasureStatus,
  JobAction,
  JobPlace,
  JobState,
  LockKind,
  LockState,
  TestResult,
} from '../../shared/jobs.ts';
import type { Role } from '../../shared/permissions.ts';
import type { ReportLanguage, ReportPaper, ReportScope, ReportVariant } from '../../shared/reports.ts';
import type { SampleState } from '../../shared/sampling.ts';
import type { SyncStatus } from '../../shared/sync.ts';
import type { VirtualFault } from '../../shared/training.ts';
import type { VerificationStep } from '../../shared/verification.ts';

export const deviceStateWords: Record<DeviceState, string> = {
  attached: 'Plugged in',
  identifying: 'Identifying …',
  ready: 'Ready',
  busy: 'Working',
  unidentified: 'Not identified',
  lost: 'Unplugged',
};

export const jobStateWords: Record<JobState, string> = {
  intake: 'Intake',
  reset: 'Reset',
  functional: 'Functional',
  qc: 'QC',
  completed: 'Completed',
  failed: 'Failed',
  on_hold: 'On hold',
  handed_over: 'Handed over',
};

export const jobPlaceWords: Record<JobPlace, string> = {
  intake: 'Intake',
  'reset.awaiting_start': 'Waiting for erase',
  'reset.erasing': 'Erasing',
  'reset.interrupted': 'Erase interrupted',
  'reset.verifying': 'Verifying the erase',
  'reset.erased': 'Erased',
  'reset.erase_failed': 'Erase failed',
  'reset.bypass_requested': 'Bypass requested',
  'reset.bypass_approved': 'Bypass approved',
  functional: 'Functional test',
  qc: 'Quality check',
  completed: 'Completed',
  failed: 'Failed',
  on_hold: 'On hold',
  handed_over: 'Handed over',
};

export const erasureWords: Record<ErasureStatus, string> = {
  erased_verified: 'Erased, verified',
  erased_with_exceptions: 'Erased, with exceptions',
  manual_bypass: 'Manual sanitisation, not tool-verified',
  failed: 'Failed',
  indeterminate: 'Indeterminate',
};

export const checkWords = {
  identity: 'identity read again',
  setup_state: 'set-up state',
  accounts: 'accounts removed',
  duration: 'duration',
  raw_result: 'raw result stored',
  certificate: 'tool certificate',
} as const;

export const deviceTypeWords: Record<DeviceType, string> = { phone: 'Phone', tablet: 'Tablet' };

export const resultWords: Record<TestResult, string> = {
  pass: 'Pass',
  fail: 'Fail',
  skip: 'Skipped',
  pending: 'Open',
};

export const lockWords: Record<LockKind, string> = {
  activation: 'Activation lock',
  frp: 'Factory reset protection',
  mdm: 'Device management (MDM)',
  blacklist: 'Blacklist',
};

export const lockStateWords: Record<LockState, string> = { clear: 'Clear', locked: 'Locked', unknown: 'Not checked' };

export const deviceCheckWords: Record<DeviceCheck, string> = {
  lock_code: 'Lock code',
  sim_card: 'SIM card',
  find_my: 'Find My',
  rooted: 'Rooted or jailbroken',
};

export const answerWords: Record<DeviceCheck, Record<CheckAnswer, string>> = {
  lock_code: { yes: 'Set', no: 'Not set', unknown: 'Not told' },
  sim_card: { yes: 'Still in it', no: 'None in it', unknown: 'Not told' },
  find_my: { yes: 'Switched on', no: 'Switched off', unknown: 'Not told' },
  rooted: { yes: 'Yes', no: 'No', unknown: 'Not told' },
};

export const presenceWords: Record<Condition['simCard'], string> = {
  removed: 'Removed',
  absent: 'None in it',
  present: 'Still in it',
};

export const screenWords: Record<Condition['screen'], string> = {
  intact: 'Intact',
  scratched: 'Scratched',
  cracked: 'Cracked',
  broken: 'Broken',
};

export const housingWords: Record<Condition['housing'], string> = {
  intact: 'Intact',
  scratched: 'Scratched',
  dented: 'Dented',
  broken: 'Broken',
};

export const bypassReasonWords: Record<BypassReason, string> = {
  will_not_boot: 'Will not boot',
  unsupported_model: 'Model not supported by the tool',
  storage_removed: 'Storage removed',
  physically_destroyed: 'Physically destroyed',
  erased_elsewhere: 'Erased elsewhere',
  other: 'Other (say it below)',
};

export const approvalStateWords: Record<ApprovalState, string> = {
  requested: 'Waiting for a decision',
  approved: 'Approved',
  denied: 'Denied',
  used: 'Approved and used',
  expired: 'Expired',
  revoked: 'Revoked before use',
};

export const attemptWords: Record<EraseAttempt['outcome'], string> = {
  running: 'Running',
  interrupted: 'Interrupted',
  reported: 'Reported by the tool, not verified yet',
  erased_verified: 'Erased, verified',
  erased_with_exceptions: 'Erased, with exceptions',
  failed: 'Failed',
  indeterminate: 'Indeterminate',
};

export const sampleStateWords: Record<SampleState, string> = {
  open: 'Draw not come up yet',
  outstanding: 'Waits for its verification',
  handed_over: 'Owed at another station',
  verified: 'Verified',
  failed: 'Failed',
};

export const evidenceConditionWords: Record<EvidenceCondition, string> = {
  whole: 'As it was recorded',
  altered: 'The file was ALTERED on disk',
  missing: 'The file is MISSING',
};

export const roleWords: Record<Role, string> = {
  technician: 'Technician',
  supervisor: 'Supervisor',
  admin: 'Site admin',
  auditor: 'Auditor',
};

export const scopeWords: Record<ReportScope, string> = {
  master: 'Whole job',
  intake: 'Intake',
  reset: 'Erasure certificate',
  functional: 'Functional test',
  qc: 'Quality check',
};

/** Each language by its own name. */
export const languageWords: Record<ReportLanguage, string> = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  sv: 'Svenska',
  ja: '日本語',
};

/** For a field in which one of them is chosen. */
export const languageChoices = Object.entries(languageWords).map(([value, label]) => ({ value, label }));

export const paperWords: Record<ReportPaper, string> = { a4: 'A4', letter: 'Letter' };

export const variantWords: Record<ReportVariant, string> = { customer: 'Customer', internal: 'Internal' };

export const syncWords: Record<SyncStatus['state'], string> = {
  not_enrolled: 'Not enrolled',
  idle: 'Up to date',
  sending: 'Sending',
  waiting: 'Waiting for the network',
  frozen: 'Frozen: needs the site admin',
};

export const outcomeWords: Record<VerificationStep['outcome'], string> = {
  ok: 'Holds',
  warning: 'Note',
  failed: 'FAILED',
  skipped: 'Skipped',
};

export const faultWords: Record<VirtualFault, string> = {
  silent: 'never answers',
  slow: 'is slow',
  lost: 'is lost during the erase',
  fails: 'fails to erase',
  wrong_identity: 'is another device after the erase',
  does_nothing: 'claims success but erases nothing',
};

export const actionWords: Record<JobAction, string> = {
  complete_intake: 'Record intake',
  start_erase: 'Start erase',
  request_bypass: 'Request bypass',
  decide_bypass: 'Decide bypass',
  begin_functional: 'Begin functional test',
  record_step: 'Record tests',
  record_locks: 'Record locks',
  finish_functional: 'Finish functional test',
  waive_lock: 'Waive a lock',
  verify_sample: 'Verify sample',
  sign_off: 'Sign off',
  reject: 'Reject to rework',
  hold: 'Put on hold',
  release: 'Release from hold',
  hand_over: 'Hand over',
  fail: 'Fail the job',
};
