import { z } from 'zod';

/** Every way a call can fail that an operator can be told about, and when it is used. */
export const errorCodes = {
  bad_input: 'the request does not fit its schema, or a value in it is refused',
  not_signed_in: 'the call needs a session and there is none',
  session_locked: 'the session is locked and must be unlocked first',
  sign_in_failed: 'unknown user or wrong password; never says which',
  too_many_attempts: 'sign-in is delayed or locked after failed attempts',
  code_needed: 'the password is right and the account wants its second factor too',
  code_refused: 'the code of the second factor is wrong, too old or was used already',
  mfa_needed: 'the role must set up a second factor before it does this',
  password_change_needed: 'the password has expired and must be changed first',
  notice_due: 'the present privacy notice is not accepted yet',
  password_refused: 'the chosen password breaks a rule',
  not_permitted: 'the role of the session lacks the permission',
  step_up_needed: 'the act needs a fresh password',
  already_set_up: 'the first admin exists already',
  not_set_up: 'the bench has no admin yet',
  not_found: 'the named thing does not exist',
  conflict: 'the thing was changed or used meanwhile',
  state_refused: 'the job or device is in a state that does not allow this',
  identity_mismatch: 'the device on the cable is not the device of the job',
  device_lost: 'the device went away',
  device_busy: 'somebody else works with the device',
  device_silent: 'the device does not answer',
  port_unavailable: 'the serial line does not exist, is busy or may not be opened',
  tool_unavailable: 'the erasure tool is not configured, not licensed or has stopped',
  printer_unavailable: 'no label printer is set up, or it does not take what is sent',
  evidence_refused: 'the file is empty, too large or of a type that is not accepted',
  report_failed: 'the report could not be built, signed or verified after signing',
  token_unavailable: 'the token that holds the signing key, its module or its key is not there, or does not answer',
  token_pin_refused: 'the token refused its PIN, or none is known: it is not tried again by itself',
  keystore_unavailable: 'the keystore is locked, missing or refuses',
  database_key_wrong: 'the database cannot be read with the key in the keystore',
  database_damaged: 'the database file is damaged or cut short',
  database_newer: 'the database was written by a newer version of the bench',
  data_folder_unusable: 'the data folder cannot be written',
  already_running: 'another bench uses the same data folder',
  disk_full: 'the disk is full',
  recovery_key_wrong: 'the recovery key does not open the backup',
  backup_unusable: 'the file is no backup, is cut short or was altered',
  backup_failed: 'the backup could not be made; what there was before is untouched',
  legal_hold: 'a legal hold forbids it',
  journal_damaged: 'the journal does not verify',
  server_unreachable: 'the central server does not answer',
  server_refused: 'the central server refused, and said why',
  not_enrolled: 'the station is not enrolled with a central server',
  station_unreachable: 'the screen cannot reach the station; never sent by the station itself',
  internal: 'something nobody planned; the log has the trace id',
} as const;

export type ErrorCode = keyof typeof errorCodes;
export const ErrorCode = z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]);

/** An expected failure with a code the operator can be advised on. The message says what to do and holds no personal data. */
export class BenchError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BenchError';
    this.code = code;
  }
}
