import { z } from 'zod';
import { BypassReason } from './approvals.ts';
import { AuthorityAct } from './authority.ts';
import { Checklist, checklistEntries, StepId } from './checklists.ts';
import { customerEntryTypes } from './customers.ts';
import { FactLine } from './device-facts.ts';
import { Identifiers } from './devices.ts';
import { diagnosisEntries } from './diagnostics.ts';
import { EvidenceMediaType } from './evidence.ts';
import { ExportFilter } from './exports.ts';
import { handoverEntryTypes } from './handover.ts';
import { ApprovalId, EvidenceId, Instant, JobId, ReportId, Sha256Hex } from './ids.ts';
import { Condition, ErasureStatus, JobState, LockKind, Locks, JobMove as move, PostEraseCheck } from './jobs.ts';
import { LogCause } from './journal.ts';
import { KeyRotated } from './keys.ts';
import { lockEntries } from './lock-answers.ts';
import { Role } from './permissions.ts';
import { SitePolicy } from './policy.ts';
import { ReportLanguage, ReportPaper, ReportScope, ReportVariant } from './reports.ts';
import { timestampEntries } from './timestamps.ts';

/**
 * Every type of journal entry: `data` is readable for ever by everybody and therefore holds no personal data; each
 * slot of `pii` is sealed under the key of one subject and can be forgotten. Free text is always a slot.
 */
type EntrySpec = { data: z.ZodObject; pii?: Record<string, z.ZodType> };

const reason = { text: z.object({ reason: z.string() }) };
/** How somebody proved who they are. */
export const Authentication = z.enum(['password', 'password+totp', 'password+recovery_code']);
export type Authentication = z.infer<typeof Authentication>;

const fact = z.string().nullable();

export const entryTypes = {
  'log.opened': {
    data: z.object({
      epoch: z.int(),
      appVersion: z.string(),
      training: z.boolean(),
      previous: z.object({ origin: z.string(), size: z.int(), root: z.string() }).nullable(),
      /** Of a log that follows another: why, and how much of that one the server had confirmed. */
      cause: LogCause.optional(),
      cosignedSize: z.int().optional(),
    }),
  },
  /** This log is not gone on with: the next start opens another. */
  'log.abandoned': { data: z.object({ cause: LogCause }) },
  /** An entry of the log before that the server never confirmed, in base64; null when it is too long to stand here. */
  'log.carried_over': {
    data: z.object({ origin: z.string(), seq: z.int(), sha256: Sha256Hex, entry: z.base64().nullable() }),
  },
  /** Every head over this entry is signed with the new key, until the server confirmed it with the old one too. */
  'key.rotated': { data: KeyRotated },
  /** The keys to personal data lie under another key now. */
  'subject_keys.rewrapped': { data: z.object({}) },
  /** Public halves, base64: by the first the server knows the station, to the second it seals. */
  'station_keys.replaced': { data: z.object({ authKey: z.string(), encryptionKey: z.string() }) },
  /** `keys` holds the keys to personal data. */
  'recovery.key_created': { data: z.object({ fingerprint: z.string() }) },
  /** Somebody typed its check group: it is kept somewhere, and backups are made for it from now on. */
  'recovery.key_confirmed': { data: z.object({ fingerprint: z.string() }) },
  'backup.configured': { data: z.object({ daily: z.boolean(), toFolder: z.boolean() }) },
  /** Made, read back and verified; `size` and `root` are of the journal in it. */
  'backup.made': {
    data: z.object({
      backup: z.uuid(),
      size: z.int(),
      root: z.string(),
      files: z.int(),
      sizeBytes: z.int(),
      fingerprint: z.string(),
      pruned: z.int(),
    }),
  },
  'backup.failed': { data: z.object({ code: z.string() }) },
  'station.restored': {
    data: z.object({ backup: z.uuid(), madeAt: Instant, size: z.int(), root: z.string(), skippedNumbers: z.int() }),
  },
  'database.rekeyed': { data: z.object({ database: z.enum(['station', 'keys']) }) },
  'station.set_up': {
    data: z.object({ stationId: z.uuid(), prefix: z.string(), siteName: z.string(), stationName: z.string() }),
  },
  'station.started': { data: z.object({ appVersion: z.string(), node: z.string(), platform: z.string() }) },
  'station.stopped': { data: z.object({}) },
  'clock.stepped': { data: z.object({ driftMs: z.int() }) },

  'operator.added': {
    data: z.object({ operator: z.string(), role: Role }),
    pii: { profile: z.object({ name: z.string() }) },
  },
  'operator.deactivated': { data: z.object({ operator: z.string() }) },
  'operator.role_changed': { data: z.object({ operator: z.string(), from: Role, to: Role }) },
  /** A one-time code was given out, by which the person chooses a password. */
  'operator.invited': { data: z.object({ operator: z.string(), cause: z.enum(['new', 'reset']), until: Instant }) },
  'operator.unlocked': { data: z.object({ operator: z.string() }) },
  'operator.password_set': { data: z.object({ operator: z.string(), cause: z.enum(['chosen', 'code', 'directory']) }) },
  'operator.factor_set': { data: z.object({ operator: z.string() }) },
  'operator.factor_removed': { data: z.object({ operator: z.string() }) },
  'operator.recovery_codes_made': { data: z.object({ operator: z.string() }) },
  'operator.recovery_code_used': { data: z.object({ operator: z.string(), left: z.int() }) },
  'operator.badge_set': { data: z.object({ operator: z.string() }) },
  'operator.language_set': { data: z.object({ operator: z.string() }) },
  'operator.badge_removed': { data: z.object({ operator: z.string() }) },
  /** Somebody took out what the bench keeps about them; `sha256` is the hash of the file. */
  'operator.data_exported': { data: z.object({ entries: z.int(), sha256: Sha256Hex }) },
  'operator.forgetting_asked': { data: z.object({}) },
  'operator.forgetting_taken_back': { data: z.object({}) },
  /** What holds for accounts from now on; `directory`: as another bench of the site decided. */
  'policy.changed': { data: SitePolicy.extend({ cause: z.enum(['set', 'directory']) }) },
  'notice.accepted': { data: z.object({ version: z.string() }) },
  'session.started': {
    data: z.object({ session: z.string(), by: z.union([Authentication, z.literal('badge')]).optional() }),
  },
  /** The actor is the person in whose name it was tried, where there is one of this name. */
  'session.refused': { data: z.object({ cause: z.enum(['credentials', 'delayed', 'locked', 'code', 'badge']) }) },
  /** So many failed attempts that a supervisor must unlock the account. */
  'sign_in.locked': { data: z.object({ operator: z.string().nullable() }) },
  /** `previous`: unlocking and stepping up give the session another id. */
  'session.stepped_up': {
    data: z.object({ session: z.string(), previous: z.string().optional(), by: Authentication.optional() }),
  },
  'session.locked': { data: z.object({ session: z.string(), cause: z.enum(['operator', 'idle', 'system']) }) },
  'session.unlocked': { data: z.object({ session: z.string(), previous: z.string().optional() }) },
  /** `limit`: the person signed in once too often elsewhere, which ends the oldest session. */
  'session.ended': {
    data: z.object({ session: z.string(), cause: z.enum(['operator', 'revoked', 'closed', 'limit']) }),
  },
  'access.refused': { data: z.object({ method: z.string(), code: z.string() }) },

  /** A table was taken out of the bench as a file. */
  'table.exported': {
    data: z.object({
      table: z.enum(['sampling_coverage', 'access_review']),
      format: z.enum(['csv', 'pdf']).default('csv'),
      from: Instant,
      to: Instant,
    }),
  },
  /** Somebody looked at who has access; `digest` is the hash of the figures they saw. */
  'access.reviewed': {
    data: z.object({ from: Instant, to: Instant, upTo: z.int(), people: z.int(), digest: Sha256Hex }),
  },

  'device.identified': {
    data: z.object({
      adapter: z.string(),
      portPath: z.string(),
      mode: z.string(),
      manufacturer: fact,
      model: fact,
      revision: fact,
      imei: z.enum(['valid', 'bad_check_digit', 'imeisv', 'malformed']).nullable(),
      /** What was asked, with source and time or the reason; entries of older benches have none. */
      facts: z.array(FactLine).optional(),
    }),
    pii: { identity: z.object({ identifiers: Identifiers }) },
  },
  'connector.named': {
    data: z.object({ portPath: z.string(), named: z.boolean() }),
    pii: { text: z.object({ name: z.string() }) },
  },
  'device.lost': { data: z.object({ portPath: z.string() }) },

  'job.opened': {
    data: z.object({
      ticket: z.string(),
      /** Journal index of the identity read that the job rests on. */
      identifiedAt: z.int(),
      previous: JobId.nullable(),
      /** The previous job was drawn for sampling and ended without its verification. */
      inheritsDraw: z.boolean().default(false),
      policy: z.object({ selfSignOff: z.boolean(), unknownLocksPass: z.boolean() }),
    }),
  },
  'job.intake_completed': { data: move.extend({ condition: Condition }) },
  'job.erase_started': {
    data: move.extend({ attempt: z.int(), tool: z.string(), toolVersion: z.string(), labelScanned: z.boolean() }),
  },
  'job.erase_rebooting': { data: move.extend({ until: Instant }) },
  'job.erase_interrupted': {
    data: move.extend({ cause: z.enum(['restart', 'unplugged', 'tool_lost', 'stalled', 'not_stored']) }),
  },
  'job.erase_reported': {
    data: move.extend({
      success: z.boolean(),
      operationId: z.string(),
      technique: fact,
      category: z.enum(['clear', 'purge', 'destroy']).nullable(),
      startedAt: Instant,
      endedAt: Instant,
      failureCode: z.string().nullable(),
      /** SHA-256 of the encrypted raw result and of the encrypted certificate. */
      rawSha256: Sha256Hex,
      certificateSha256: Sha256Hex.nullable(),
    }),
    pii: { report: z.object({ identifiers: Identifiers, failure: z.string().nullable() }) },
  },
  'job.erase_checked': {
    data: move.extend({ status: ErasureStatus, checks: z.array(PostEraseCheck), sampled: z.boolean() }),
    pii: { identity: z.object({ identifiers: Identifiers.nullable() }) },
  },
  'job.bypass_requested': {
    data: move.extend({ approval: ApprovalId, reason: BypassReason, evidence: z.array(Sha256Hex) }),
    pii: { text: z.object({ done: z.string() }) },
  },
  'job.bypass_approved': {
    data: move.extend({ approval: ApprovalId, expiresAt: Instant, authenticated: Authentication }),
    pii: reason,
  },
  'job.bypass_denied': {
    data: move.extend({ approval: ApprovalId, authenticated: Authentication }),
    pii: reason,
  },
  'job.bypass_revoked': { data: move.extend({ approval: ApprovalId }), pii: reason },
  'job.bypass_expired': { data: move.extend({ approval: ApprovalId }) },
  'job.functional_begun': {
    data: move.extend({
      usedApproval: ApprovalId.nullable(),
      erasure: ErasureStatus,
      checklist: Checklist.optional(),
    }),
  },
  'job.step_recorded': {
    data: move.extend({
      step: StepId,
      result: z.enum(['pass', 'fail', 'skip']),
      measurement: z.object({ value: z.string(), unit: z.string() }).nullable(),
    }),
    pii: { text: z.object({ reason: z.string().nullable() }) },
  },
  ...diagnosisEntries,
  ...lockEntries,
  /** `byTool`: the locks that the tool's answers decided; the others stand as they stood. Absent where a person said all. */
  'job.locks_recorded': { data: move.extend({ locks: Locks, byTool: z.array(LockKind).optional() }) },
  'job.lock_waived': { data: move.extend({ lock: LockKind }), pii: reason },
  'job.functional_finished': { data: move },
  'job.sample_verified': {
    data: move.extend({ passed: z.boolean() }),
    pii: { text: z.object({ method: z.string() }) },
  },
  'job.signed_off': { data: move.extend({ self: z.boolean() }) },
  'job.rejected': { data: move, pii: reason },
  'job.failed': { data: move, pii: reason },
  'job.held': { data: move, pii: reason },
  'job.released': { data: move },
  ...handoverEntryTypes,
  /** `commitment` hides the position until it is revealed and cannot be met by another one. */
  'sampling.drawn': { data: z.object({ block: z.int(), commitment: Sha256Hex }) },
  'sampling.revealed': { data: z.object({ block: z.int(), position: z.int().min(1).max(20), nonce: z.string() }) },

  'evidence.added': {
    data: z.object({
      evidence: EvidenceId,
      stage: JobState,
      mediaType: EvidenceMediaType,
      sizeBytes: z.int(),
      sha256: Sha256Hex,
      /** Added when the job was closed already. */
      correction: z.boolean().default(false),
    }),
    pii: { text: z.object({ caption: z.string(), correction: z.string().nullable().default(null) }) },
  },
  /** Another piece took its place; both are kept. */
  'evidence.superseded': {
    data: z.object({ evidence: EvidenceId, sha256: Sha256Hex, by: EvidenceId, bySha256: Sha256Hex }),
  },
  /** What somebody found who looked: once for each change, not for each look. */
  'evidence.altered': { data: z.object({ evidence: EvidenceId, sha256: Sha256Hex }) },
  'evidence.missing': { data: z.object({ evidence: EvidenceId, sha256: Sha256Hex }) },
  'evidence.whole_again': { data: z.object({ evidence: EvidenceId, sha256: Sha256Hex }) },

  'report.numbered': {
    data: z.object({
      documentId: ReportId,
      sequence: z.int(),
      scope: ReportScope,
      variant: ReportVariant,
      language: ReportLanguage,
      status: ErasureStatus.nullable(),
      supersedes: z.int().nullable(),
    }),
  },
  'report.issued': {
    data: z.object({ documentId: ReportId, sequence: z.int(), fileSha256: Sha256Hex, signedSha256: Sha256Hex }),
  },
  'report.voided': { data: z.object({ documentId: ReportId, sequence: z.int(), code: z.string() }) },
  /** `role`: of whoever took it, for a document shows names and identifiers to roles that otherwise see them masked. */
  'report.downloaded': { data: z.object({ documentId: ReportId, sequence: z.int(), role: Role.optional() }) },
  ...timestampEntries,
  ...checklistEntries,

  'report.letterhead_set': {
    data: z.object({
      organisation: z.string().nullable(),
      address: z.array(z.string()),
      language: ReportLanguage,
      paper: ReportPaper,
      logoSha256: Sha256Hex.nullable(),
    }),
  },

  /**
   * Who may sign the site's documents; the serial number of the certificate it is about and, where its key rests on a token,
   * the SHA-256 of the certificate.
   */
  'authority.changed': {
    data: z.object({
      act: AuthorityAct,
      serial: z.string().nullable(),
      certificate: Sha256Hex.optional(),
    }),
  },

  'export.started': {
    data: z.object({ export: z.uuid(), reports: z.int(), encrypted: z.boolean(), filter: ExportFilter }),
    pii: reason,
  },
  'export.ended': {
    data: z.object({
      export: z.uuid(),
      state: z.enum(['running', 'done', 'cancelled', 'failed', 'removed']),
      sha256: Sha256Hex.nullable(),
      reports: z.int(),
      failed: z.boolean(),
    }),
  },

  ...customerEntryTypes,

  'label.printed': { data: z.object({ copies: z.int(), reprint: z.boolean() }) },
  'label.failed': { data: z.object({ code: z.string() }) },
  'label.configured': {
    data: z.object({
      widthMm: z.int(),
      heightMm: z.int(),
      printer: z.enum(['tcp', 'serial', 'spooler']).nullable(),
      language: z.enum(['zpl', 'tspl']).nullable(),
    }),
  },

  /** `order`: the order of the fleet that asked for it. */
  'subject.forgotten': {
    data: z.object({ subject: z.uuid(), sealedValues: z.int(), files: z.int(), order: z.int().optional() }),
  },
  /** What the fleet ordered is not done here for now. */
  'subject.order_refused': { data: z.object({ subject: z.uuid(), order: z.int(), cause: z.enum(['legal_hold']) }) },
  /** Every station that held anything of the subject has forgotten it, but for revoked ones in `without`. */
  'subject.forgotten_everywhere': {
    data: z.object({ subject: z.uuid(), order: z.int(), without: z.array(z.uuid()).optional() }),
  },
  /** Keys that were dropped here because the bench heard nothing of the fleet for long; the escrow has them. */
  'subject.keys_expired': { data: z.object({ subjects: z.int() }) },
  'subject.keys_returned': { data: z.object({ subjects: z.int() }) },
  'subject.held': { data: z.object({ subject: z.uuid() }), pii: reason },
  'subject.hold_released': { data: z.object({ subject: z.uuid() }) },

  /** A version of the directory of accounts that this bench made, and one that it took in. */
  'directory.signed': { data: z.object({ site: z.uuid(), version: z.int(), accounts: z.int() }) },
  'directory.applied': { data: z.object({ site: z.uuid(), version: z.int(), accounts: z.int() }) },

  'sync.enrolled': {
    data: z.object({ origin: z.string(), serverUrl: z.string(), witnessVkey: z.string(), fleetVkey: z.string() }),
  },
  'sync.receipt': { data: z.object({ size: z.int(), noteSha256: Sha256Hex, serverTime: Instant }) },
  /** The server cosigned again what it had cosigned before: it was restored from an older copy. */
  'server.rolled_back': { data: z.object({ serverSize: z.int(), cosignedSize: z.int() }) },
  /**
   * An older copy of the data came back, and the entries from `from` up to `to` came back from the server. Those after
   * them, up to the head once anchored outside the data, are lost. What is not in the journal itself is as in the copy.
   */
  'journal.recovered': {
    data: z.object({ from: z.int(), to: z.int(), lost: z.int(), anchoredSize: z.int(), anchoredRoot: z.string() }),
  },
  /** Two signed heads of the fleet log, of which the larger does not continue the smaller. */
  'fleet.inconsistent': { data: z.object({ seen: z.string().max(4_096), shown: z.string().max(4_096) }) },
  'sync.frozen': { data: z.object({ detail: z.string() }) },
} as const satisfies Record<string, EntrySpec>;

export type EntryType = keyof typeof entryTypes;
/** Data of an entry as it is given to the journal, and as it is read back. */
export type EntryData<T extends EntryType> = z.input<(typeof entryTypes)[T]['data']>;
export type EntryRecord<T extends EntryType> = z.output<(typeof entryTypes)[T]['data']>;
export type EntrySlots<T extends EntryType> = (typeof entryTypes)[T] extends {
  pii: infer P extends Record<string, z.ZodType>;
}
  ? { [K in keyof P]: z.output<P[K]> }
  : Record<never, never>;

/** Types whose `data` says `from` and `to`: the moves of the job machine. */
export type JobEntryType = {
  [T in EntryType]: EntryData<T> extends { from: string; to: string } ? T : never;
}[EntryType];
