import { z } from 'zod';
import { BypassReason } from './approvals.ts';
import { Checklist } from './checklists.ts';
import { Identifiers } from './devices.ts';
import { EvidenceMediaType } from './evidence.ts';
import { ApprovalId, EvidenceId, Instant, JobId, OperatorId, ReportId, Sha256Hex } from './ids.ts';
import { Condition, ErasureStatus, JobState, LockKind, LockState, PostEraseCheck, TestResult } from './jobs.ts';
import { ReportScope, ReportVariant } from './reports.ts';

/** A short printed value; a missing one is null, never an empty string. */
const Fact = z.string().min(1).max(500);
const LongText = z.string().min(1).max(5000);

/** Who did something; the name is null once the person was forgotten. */
export const Person = z.strictObject({ id: OperatorId, name: Fact.nullable() });
export type Person = z.infer<typeof Person>;

const Issuer = z.strictObject({
  organisation: Fact.nullable(),
  address: z.array(Fact).max(4),
  site: Fact.nullable(),
  station: z.strictObject({ id: z.uuid(), name: Fact.nullable() }),
  appVersion: Fact,
  /** SHA-256 of the signing certificate's SubjectPublicKeyInfo. */
  keyFingerprint: Sha256Hex,
});

const IssueTime = z.strictObject({
  at: Instant,
  /** IANA name of the station's zone, for reading; `at` is UTC. */
  zone: z.string().min(1).max(64),
  utcOffsetMinutes: z.int().min(-840).max(840),
  clockSource: z.enum(['station_clock', 'server_receipt', 'timestamp_authority', 'virtual']),
});

const DeviceBlock = z.strictObject({
  manufacturer: Fact.nullable(),
  marketingName: Fact.nullable(),
  modelCode: Fact.nullable(),
  capacityBytes: z.int().positive().nullable(),
  colour: Fact.nullable(),
  identifiers: Identifiers,
  osBefore: Fact.nullable(),
  osAfter: Fact.nullable(),
  mediaType: Fact.nullable(),
  assetTag: Fact.nullable(),
});

const LockRecord = z.strictObject({
  kind: LockKind,
  state: LockState,
  source: Fact.nullable(),
  checkedAt: Instant.nullable(),
  waiver: z.strictObject({ person: Person, at: Instant, reason: LongText.nullable() }).nullable(),
});

const Erasure = z.strictObject({
  /** NIST SP 800-88 Rev. 2 category as reported or decided by policy, and why; null when nothing supports one. */
  category: z
    .strictObject({
      value: z.enum(['clear', 'purge', 'destroy']),
      decidedBy: z.enum(['tool', 'policy']),
      rationale: LongText,
    })
    .nullable(),
  technique: Fact.nullable(),
  /** Standard the tool or the policy names; printed only when one of them does. */
  standard: Fact.nullable(),
  tool: z.strictObject({ name: Fact, version: Fact.nullable() }).nullable(),
  operationId: Fact.nullable(),
  /** Of the raw result as the journal holds it. */
  rawResultSha256: Sha256Hex.nullable(),
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  durationMs: z.int().nonnegative().nullable(),
  attempts: z.int().nonnegative(),
  interruptions: z.int().nonnegative(),
  operator: Person.nullable(),
  failure: Fact.nullable(),
  checks: z.array(PostEraseCheck),
});

/** Was the result looked at, how, by whom. A null person is the bench itself. */
const VerificationRecord = z.strictObject({
  method: Fact,
  result: z.enum(['pass', 'fail', 'not_possible']),
  person: Person.nullable(),
  at: Instant,
});

/** Decision over the whole sanitisation, separate from its verification. */
const Validation = z.strictObject({ decision: z.enum(['accept', 'repeat', 'escalate']), person: Person, at: Instant });

const Bypass = z.strictObject({
  approvalId: ApprovalId,
  reason: BypassReason,
  done: LongText.nullable(),
  requestedBy: Person,
  requestedAt: Instant,
  approvedBy: Person,
  approvedAt: Instant,
  approvalReason: LongText.nullable(),
  /** How the approver proved who they are at that moment. */
  approverAuthentication: z.array(z.enum(['password', 'totp', 'recovery_code'])).min(1),
  evidence: z.array(z.strictObject({ id: EvidenceId, sha256: Sha256Hex, mediaType: EvidenceMediaType })).min(1),
});

const TestRecord = z.strictObject({
  id: z.string().min(1).max(64),
  /** What the site calls a step of its own; absent for those that every language has a word for. */
  label: Fact.optional(),
  mandatory: z.boolean(),
  result: TestResult,
  reason: LongText.nullable(),
  measurements: z
    .array(
      z.strictObject({
        name: Fact.nullable() /** As measured: a decimal number in text, since the journal keeps no fractions otherwise. */,
        value: z.string().regex(/^-?\d{1,20}(\.\d{1,20})?$/),
        unit: z.string().max(16),
        limit: Fact.nullable(),
      }),
    )
    .max(32),
  person: Person.nullable(),
  at: Instant.nullable(),
});

const Grade = z.strictObject({ value: Fact, scheme: Fact, person: Person, at: Instant });

const Sampling = z.strictObject({
  drawn: z.boolean(),
  /** Position in its block of sanitised devices, and the block's size. */
  position: z.int().positive().nullable(),
  blockSize: z.int().positive().nullable(),
  verification: VerificationRecord.nullable(),
});

const SignOff = z.strictObject({ tester: Person.nullable(), person: Person, at: Instant, selfSignOff: z.boolean() });

/** The job began at another station; its journal there, and the file by which it came. */
const TakenOver = z.strictObject({
  at: Instant,
  person: Person.nullable(),
  origin: z.string().min(1).max(255),
  station: Fact.nullable(),
  ticket: z.string().min(1).max(64),
  fileSha256: Sha256Hex,
  /** Of the sanitisation there, which this document does not certify. */
  erasureStatus: ErasureStatus.nullable(),
  attempts: z.int().nonnegative(),
  interruptions: z.int().nonnegative(),
  drawn: z.boolean(),
});

/** The job left this station unfinished; the hash is of the file that was given out last before this document. */
const HandedOver = z.strictObject({ at: Instant, person: Person.nullable(), fileSha256: Sha256Hex.nullable() });

const EvidenceRecord = z.strictObject({
  id: EvidenceId,
  stage: JobState,
  mediaType: EvidenceMediaType,
  sizeBytes: z.int().positive(),
  sha256: Sha256Hex,
  caption: Fact.nullable(),
  capturedBy: Person,
  capturedAt: Instant,
});

/** Everything a document can leave open about one device; what is absent is printed by these names. */
export const NotCheckedKey = z.enum([
  'manufacturer',
  'marketing_name',
  'model_code',
  'capacity',
  'colour',
  'serial',
  'imei',
  'os_before',
  'os_after',
  'media_type',
  'asset_tag',
  'media_source',
  'condition',
  'lock_activation',
  'lock_frp',
  'lock_mdm',
  'lock_blacklist',
  'erasure',
  'erasure_category',
  'erasure_technique',
  'erasure_tool',
  'erasure_raw_result',
  'erasure_duration',
  'check_identity',
  'check_setup_state',
  'check_accounts',
  'check_duration',
  'check_raw_result',
  'check_certificate',
  'verification',
  'validation',
  'tests',
  'tests_skipped',
  'grade',
  'sampling',
  'sign_off',
]);
export type NotCheckedKey = z.infer<typeof NotCheckedKey>;

const deviceRecordParts = {
  job: z.strictObject({ id: JobId, ticket: z.string().min(1).max(64), previousTicket: z.string().max(64).nullable() }),
  erasureStatus: ErasureStatus.nullable(),
  /** Absent for a job that began at this station. */
  takenOver: TakenOver.optional(),
  /** Absent for a job that is at this station or ended here. */
  handedOver: HandedOver.optional(),
  mediaSource: Fact.nullable(),
  device: DeviceBlock,
  condition: Condition.nullable(),
  locks: z.array(LockRecord),
  erasure: Erasure.nullable(),
  verification: VerificationRecord.nullable(),
  validation: Validation.nullable(),
  bypass: Bypass.nullable(),
  /** The list that the tests went by; absent without tests, and in documents from before there were lists. */
  checklist: Checklist.pick({ type: true, version: true, sha256: true }).strict().optional(),
  tests: z.array(TestRecord),
  grade: Grade.nullable(),
  sampling: Sampling.nullable(),
  signOff: SignOff.nullable(),
  /** Internal variant only. */
  evidence: z.array(EvidenceRecord),
  /** Internal variant only: notes made on the job. */
  notes: z.array(z.strictObject({ person: Person, at: Instant, text: LongText })),
};
const DeviceRecordParts = z.strictObject(deviceRecordParts);
export type DeviceRecordParts = z.infer<typeof DeviceRecordParts>;

/** What the document says about one device. */
export const DeviceRecord = z.strictObject({ ...deviceRecordParts, notChecked: z.array(NotCheckedKey) });
export type DeviceRecord = z.infer<typeof DeviceRecord>;

/** Names everything that these parts leave absent or unknown, in the order of `NotCheckedKey`. */
export function notChecked(parts: DeviceRecordParts): NotCheckedKey[] {
  const open = { ...openFacts(parts), ...openChecks(parts) };
  return NotCheckedKey.options.filter(key => open[key]);
}

function openFacts({ device, mediaSource, condition }: DeviceRecordParts) {
  const { identifiers } = device;
  return {
    manufacturer: device.manufacturer === null,
    marketing_name: device.marketingName === null,
    model_code: device.modelCode === null,
    capacity: device.capacityBytes === null,
    colour: device.colour === null,
    serial: identifiers.serial === null,
    imei: identifiers.imei.length === 0 && identifiers.meid === null,
    os_before: device.osBefore === null,
    os_after: device.osAfter === null,
    media_type: device.mediaType === null,
    asset_tag: device.assetTag === null,
    media_source: mediaSource === null,
    condition: condition === null,
  };
}

function openChecks(
  parts: DeviceRecordParts,
): Record<Exclude<NotCheckedKey, keyof ReturnType<typeof openFacts>>, boolean> {
  const { erasure, tests, sampling } = parts;
  const erased = erasure !== null;
  const lockOpen = (kind: LockKind) => !parts.locks.some(lock => lock.kind === kind && lock.state !== 'unknown');
  const checkOpen = (name: PostEraseCheck['name']) =>
    erased && !erasure.checks.some(check => check.name === name && check.outcome !== 'not_possible');
  return {
    lock_activation: lockOpen('activation'),
    lock_frp: lockOpen('frp'),
    lock_mdm: lockOpen('mdm'),
    lock_blacklist: lockOpen('blacklist'),
    erasure: !erased,
    erasure_category: erased && erasure.category === null,
    erasure_technique: erased && erasure.technique === null,
    erasure_tool: erased && erasure.tool === null,
    erasure_raw_result: erased && erasure.rawResultSha256 === null,
    erasure_duration: erased && erasure.durationMs === null,
    check_identity: checkOpen('identity'),
    check_setup_state: checkOpen('setup_state'),
    check_accounts: checkOpen('accounts'),
    check_duration: checkOpen('duration'),
    check_raw_result: checkOpen('raw_result'),
    check_certificate: checkOpen('certificate'),
    verification: parts.verification === null || parts.verification.result === 'not_possible',
    validation: parts.validation === null,
    tests: tests.length === 0,
    tests_skipped: tests.some(test => test.result === 'skip' || test.result === 'pending'),
    grade: parts.grade === null,
    sampling: sampling === null || (sampling.drawn && sampling.verification === null),
    sign_off: parts.signOff === null,
  };
}

/** From best to worst; null is a device on which no erasure was attempted. */
const severity: readonly (ErasureStatus | null)[] = [
  'erased_verified',
  'erased_with_exceptions',
  'manual_bypass',
  null,
  'indeterminate',
  'failed',
];

/** The status a document about these devices must carry: that of the one that is worst off. */
export function worstStatus(statuses: readonly (ErasureStatus | null)[]): ErasureStatus | null {
  return severity.findLast(status => statuses.includes(status)) ?? null;
}

/**
 * The signed data of a report, free of language: what `report.json` in the PDF holds and what the PDF renders.
 * Filled from the journal alone; a document that hides a gap, a status or a bypass is refused by the schema.
 */
export const ReportDocument = z
  .strictObject({
    schemaVersion: z.literal(1),
    documentId: ReportId,
    /** Gapless on this station (training has its own sequence). */
    sequence: z.int().positive(),
    scope: ReportScope,
    variant: ReportVariant,
    training: z.boolean(),
    issued: IssueTime,
    issuer: Issuer,
    erasureStatus: ErasureStatus.nullable(),
    /** Sequence of the document that this one replaces. */
    supersedes: z.int().positive().nullable(),
    customer: z.strictObject({ name: Fact, reference: Fact.nullable() }).nullable(),
    order: Fact.nullable(),
    lot: Fact.nullable(),
    /** One device, or those of a lot or order. */
    devices: z.array(DeviceRecord).min(1).max(1000),
    /** Log and entries the document rests on, and the pinned key an outsider starts from. */
    journal: z.strictObject({
      origin: z.string().min(1).max(255),
      logVkey: z.string().min(1).max(512),
      fleetVkey: z.string().min(1).max(512).nullable(),
      indexes: z.array(z.int().nonnegative()).max(10_000),
    }),
  })
  .superRefine((document, context) => {
    for (const issue of contradictions(document)) context.addIssue({ code: 'custom', message: issue });
  });
export type ReportDocument = z.infer<typeof ReportDocument>;

function contradictions(document: {
  variant: ReportVariant;
  erasureStatus: ErasureStatus | null;
  devices: readonly DeviceRecord[];
}): string[] {
  const found: string[] = [];
  if (document.erasureStatus !== worstStatus(document.devices.map(device => device.erasureStatus)))
    found.push('the status of the document is not the worst of its devices');
  for (const record of document.devices) found.push(...deviceContradictions(record, document.variant));
  return found;
}

function identityHeld({ erasure }: DeviceRecord): boolean {
  return erasure?.checks.some(check => check.name === 'identity' && check.outcome === 'pass') ?? false;
}

function deviceContradictions(record: DeviceRecord, variant: ReportVariant): string[] {
  const { notChecked: listed, ...parts } = record;
  const found: string[] = [];
  if (notChecked(parts).join() !== listed.join()) found.push('the list of what was not checked does not fit the rest');
  if ((record.erasureStatus === 'manual_bypass') !== (record.bypass !== null))
    found.push('a bypass block and the status manual_bypass go together');
  if (record.erasureStatus?.startsWith('erased') && record.erasure === null)
    found.push('an erased device needs its erasure block');
  if (record.erasureStatus?.startsWith('erased') && !identityHeld(record))
    found.push('an erased device was recognised again after the erase');
  if (record.erasureStatus === 'erased_verified' && record.erasure?.checks.some(check => check.outcome !== 'pass'))
    found.push('a verified erasure has no failed or impossible check');
  if (variant === 'customer' && record.evidence.length + record.notes.length > 0)
    found.push('evidence and notes belong to the internal variant');
  return found;
}
