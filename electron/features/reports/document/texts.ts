import type { BypassReason } from '../../../../shared/approvals.ts';
import type { DeviceType } from '../../../../shared/checklists.ts';
import type { Condition, JobState, LockKind, LockState, PostEraseCheck, TestResult } from '../../../../shared/jobs.ts';
import type { LotTexts } from '../../../../shared/lot-texts.ts';
import type { NotCheckedKey, ReportDocument } from '../../../../shared/report-document.ts';
import type { ReportLanguage, ReportScope, ReportVariant } from '../../../../shared/reports.ts';
import type { StatusMark } from './blocks.ts';

/** Every word a report can print, in one language. A new language is one more value of this type. */
export type Texts = {
  readonly language: ReportLanguage;
  /** Short names, January first. */
  readonly months: readonly string[];
  /** A date in the order and with the signs of the language. */
  date(day: number, month: string, year: number): string;
  readonly decimalMark: string;
  readonly yes: string;
  readonly no: string;
  readonly forgotten: string;
  readonly notChecked: string;
  /** Title of a document that is about the erasure, by its status. */
  readonly title: Record<StatusMark, string>;
  readonly status: Record<StatusMark, { headline: string; explanation: string }>;
  readonly scope: Record<ReportScope, string>;
  readonly variant: Record<ReportVariant, string>;
  readonly clockSource: Record<ReportDocument['issued']['clockSource'], string>;
  readonly lock: Record<LockKind, string>;
  readonly lockState: Record<LockState, string>;
  readonly waived: string;
  readonly result: Record<TestResult, string>;
  readonly check: Record<PostEraseCheck['name'], string>;
  readonly checkOutcome: Record<PostEraseCheck['outcome'], string>;
  readonly category: Record<'clear' | 'purge' | 'destroy', string>;
  readonly categoryTerms: string;
  readonly decidedBy: Record<'tool' | 'policy', string>;
  readonly verificationResult: Record<'pass' | 'fail' | 'not_possible', string>;
  /** Methods that the bench itself uses, by the name they have in the data; others are printed as they are. */
  readonly method: Readonly<Record<string, string>>;
  readonly validation: Record<'accept' | 'repeat' | 'escalate', string>;
  readonly bypassReason: Record<BypassReason, string>;
  readonly authentication: Record<'password' | 'totp' | 'recovery_code', string>;
  readonly presence: Record<Condition['simCard'], string>;
  readonly screen: Record<Condition['screen'], string>;
  readonly housing: Record<Condition['housing'], string>;
  readonly stage: Record<JobState, string>;
  readonly checklist: (type: DeviceType, version: number) => string;
  readonly step: Readonly<Record<string, string>>;
  readonly open: Record<NotCheckedKey, string>;
  readonly section: Record<
    | 'device'
    | 'erasure'
    | 'attempts'
    | 'checks'
    | 'bypass'
    | 'verification'
    | 'locks'
    | 'tests'
    | 'condition'
    | 'quality'
    | 'evidence'
    | 'notes'
    | 'notChecked'
    | 'howToVerify'
    | 'devices'
    | 'takenOver'
    | 'handedOver',
    string
  >;
  readonly label: Record<Label, string>;
  readonly watermark: string;
  readonly trainingNotice: string;
  readonly notCheckedIntro: string;
  readonly notCheckedNone: string;
  readonly byBench: string;
  readonly drawn: string;
  readonly notDrawn: string;
  readonly selfSignOff: string;
  readonly takenOverNote: string;
  readonly handedOverNote: string;
  readonly howToVerify: readonly string[];
  readonly witnessNote: { readonly pinned: string; readonly alone: string };
  readonly qrAlternative: string;
  readonly signatureLabel: string;
  readonly qrScan: string;
  document(sequence: number): string;
  supersedes(sequence: number): string;
  footerPage(page: number, pages: number): string;
  footerHash(hash: string): string;
  attempts(attempts: number, interruptions: number): string;
  duration(ms: number): string;
  samplePosition(position: number, blockSize: number): string;
  annex(ticket: string): string;
  /** What is printed on every table. */
  readonly table: {
    readonly made: string;
    readonly annex: string;
    readonly dataHash: string;
    readonly qrAlternative: string;
  };
  readonly lot: LotTexts;
};

export type Label =
  | 'document'
  | 'issued'
  | 'clock'
  | 'supersedes'
  | 'ticket'
  | 'previousTicket'
  | 'customer'
  | 'order'
  | 'lot'
  | 'mediaSource'
  | 'manufacturer'
  | 'marketingName'
  | 'modelCode'
  | 'capacity'
  | 'colour'
  | 'serial'
  | 'imei'
  | 'imei2'
  | 'meid'
  | 'eid'
  | 'osBefore'
  | 'osAfter'
  | 'mediaType'
  | 'assetTag'
  | 'simCard'
  | 'memoryCard'
  | 'category'
  | 'rationale'
  | 'technique'
  | 'standard'
  | 'tool'
  | 'operationId'
  | 'rawResult'
  | 'started'
  | 'ended'
  | 'duration'
  | 'attempts'
  | 'operator'
  | 'failure'
  | 'check'
  | 'outcome'
  | 'verification'
  | 'validation'
  | 'reason'
  | 'done'
  | 'requestedBy'
  | 'approvedBy'
  | 'approvalReason'
  | 'authentication'
  | 'evidenceHash'
  | 'lock'
  | 'state'
  | 'source'
  | 'time'
  | 'step'
  | 'measured'
  | 'limit'
  | 'checklist'
  | 'result'
  | 'note'
  | 'powersOn'
  | 'screen'
  | 'housing'
  | 'batterySwollen'
  | 'grade'
  | 'sampling'
  | 'sampleVerification'
  | 'tester'
  | 'signOff'
  | 'stage'
  | 'file'
  | 'capturedBy'
  | 'status'
  | 'device'
  | 'identifier'
  | 'documentId'
  | 'dataHash'
  | 'keyFingerprint'
  | 'station'
  | 'appVersion'
  | 'journal'
  | 'entries'
  | 'logKey'
  | 'fleetKey'
  | 'ticketThere'
  | 'takenOverAt'
  | 'handedOverAt'
  | 'handoverFile'
  | 'journalThere'
  | 'attemptsThere'
  | 'statusThere';
