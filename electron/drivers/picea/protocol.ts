import { z } from 'zod';
import { Identifiers } from '../../../shared/devices.ts';
import {
  CheckAnswer,
  DiagnosticOutcome,
  type DiagnosticResult,
  DiagnosticTest,
  Measurement,
  measuredIn,
} from '../../../shared/diagnostics.ts';
import type { DiagnoseProgress, Diagnosis, EraseResult, Verification } from './picea.ts';
import { refuseForeign } from './refusals.ts';

/**
 * What the bench and an SDK host say to each other: one JSON object on one line, UTF-8, `\n` at the end.
 * `op` is chosen by the bench and names the request that a line belongs to. Assumptions: docs/picea.md.
 */

const op = z.string().min(1).max(64);

/** Longest line that either side accepts, in bytes; a certificate travels inside one line. */
export const maxLineBytes = 4 * 1024 * 1024;

const target = z.object({ portPath: z.string().min(1).max(256), identifiers: Identifiers });

/** From the bench to the host. */
export const HostRequest = z.discriminatedUnion('type', [
  z.object({ type: z.literal('info'), op }),
  z.object({ type: z.literal('erase'), op, target }),
  z.object({ type: z.literal('diagnose'), op, target }),
  z.object({ type: z.literal('verify'), op, target }),
  z.object({ type: z.literal('cancel'), op }),
]);
export type HostRequest = z.infer<typeof HostRequest>;

/** The end of an erase as the host tells it; `success: false` carries the SDK's own code and words. */
export const HostResult = z.object({
  type: z.literal('result'),
  op,
  operationId: z.string().min(1).max(128),
  success: z.boolean(),
  failure: z.object({ code: z.string().max(128), message: z.string().max(2000) }).nullable(),
  identifiers: Identifiers,
  technique: z.string().max(200).nullable(),
  category: z.enum(['clear', 'purge', 'destroy']).nullable(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  certificate: z.object({ mediaType: z.string().min(1).max(100), base64: z.base64() }).nullable(),
});
export type HostResult = z.infer<typeof HostResult>;

/** A test by the id that the host gives it: ours, or one that the bench does not know. */
const testId = z.string().min(1).max(100);
const HostTest = z.object({ test: testId, outcome: DiagnosticOutcome, measurement: Measurement.nullable() });
const told = {
  op,
  operationId: z.string().min(1).max(128),
  identifiers: Identifiers,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
};
const eachOnce = (tests: z.infer<typeof HostTest>[]) => new Set(tests.map(({ test }) => test)).size === tests.length;

/** The end of a diagnosis. A test that is told twice has no result, so that the line does not fit. */
export const HostDiagnosis = z.object({
  type: z.literal('diagnosed'),
  ...told,
  results: z.array(HostTest).max(500).refine(eachOnce),
});
export type HostDiagnosis = z.infer<typeof HostDiagnosis>;

const answer = CheckAnswer.default('unknown');

/** The answers to the checks, under the names that the vendor published for its JavaScript API. */
export const HostVerification = z.object({
  type: z.literal('verified'),
  ...told,
  checks: z.object({ LockCode: answer, SIMCard: answer, FindMyiPhone: answer, RootedDevice: answer }),
});
export type HostVerification = z.infer<typeof HostVerification>;

/** From the host to the bench. `error` means that the request could not be carried out at all. */
export const HostEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('info'), op, product: z.string().min(1).max(200), version: z.string().min(1).max(100) }),
  z.object({ type: z.literal('progress'), op, percent: z.number().min(0).max(100), phase: z.string().max(200) }),
  z.object({ type: z.literal('reboot'), op, windowMs: z.int().min(0).max(3_600_000) }),
  HostResult,
  z.object({ type: z.literal('test_started'), op, test: testId }),
  z.object({ type: z.literal('test_finished'), op, test: testId, outcome: DiagnosticOutcome }),
  HostDiagnosis,
  HostVerification,
  z.object({ type: z.literal('error'), op, code: z.string().max(128), message: z.string().max(2000) }),
]);
export type HostEvent = z.infer<typeof HostEvent>;

/** The driver's result from the host's, keeping the line exactly as it came. */
export function eraseResultFrom(result: HostResult, raw: string): EraseResult {
  const { type: _type, op: _op, certificate, ...rest } = result;
  const bytes = certificate && Buffer.from(certificate.base64, 'base64');
  return { ...rest, raw, certificate: bytes && { mediaType: certificate.mediaType, bytes } };
}

/** What a step of a diagnosis means; null when it is of a test that the bench has no id for, or is no such step. */
export function diagnoseProgressFrom(event: HostEvent): DiagnoseProgress | null {
  if (event.type === 'progress') return { kind: 'progress', percent: event.percent, phase: event.phase };
  if (event.type !== 'test_started' && event.type !== 'test_finished') return null;
  const { data: test } = DiagnosticTest.safeParse(event.test);
  if (!test) return null;
  return event.type === 'test_started' ? { kind: 'started', test } : { kind: 'finished', test, outcome: event.outcome };
}

/** The driver's diagnosis from the host's; throws `identity_mismatch` when it names another device than `asked`. */
export function diagnosisFrom(asked: Identifiers, diagnosis: HostDiagnosis, raw: string): Diagnosis {
  refuseForeign(asked, diagnosis.identifiers);
  const { type: _type, op: _op, results, ...rest } = diagnosis;
  return { ...rest, results: results.flatMap(knownResult), raw };
}

function knownResult({ test: id, outcome, measurement }: z.infer<typeof HostTest>): DiagnosticResult[] {
  const { data: test } = DiagnosticTest.safeParse(id);
  if (!test) return [];
  return [{ test, outcome, measurement: measurement?.unit === measuredIn[test] ? measurement : null }];
}

/** The driver's verification from the host's; throws `identity_mismatch` when it names another device than `asked`. */
export function verificationFrom(asked: Identifiers, verification: HostVerification, raw: string): Verification {
  refuseForeign(asked, verification.identifiers);
  const { type: _type, op: _op, checks, ...rest } = verification;
  const { LockCode, SIMCard, FindMyiPhone, RootedDevice } = checks;
  return {
    ...rest,
    checks: { lock_code: LockCode, sim_card: SIMCard, find_my: FindMyiPhone, rooted: RootedDevice },
    raw,
  };
}
