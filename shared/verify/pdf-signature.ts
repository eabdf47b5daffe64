import { X509Certificate } from 'node:crypto';
import { certificateFingerprint, chainProblem, shortName } from './pdf-certificate.ts';
import { openCms } from './pdf-cms.ts';
import { digestOf, findSignatures, type SignatureSpan } from './pdf-ranges.ts';
import { checkCoverage, checkTimestamps } from './pdf-timestamps.ts';
import type { VerificationStep } from './proof-bundle.ts';

export type CheckedSignature = {
  readonly steps: readonly VerificationStep[];
  readonly ok: boolean;
  /** The signature is good and nothing was added: only then is the content worth reading. */
  readonly intact: boolean;
  /** Certificate of the signer; null when the signature itself is not good. */
  readonly signer: X509Certificate | null;
};

/** Certificates that the person who verifies already trusts, PEM. */
export type Authorities = {
  /** Of the issuing site. */
  readonly caPem?: string;
  /** Above the service that made the time stamps. */
  readonly timestampCaPem?: string;
};

/**
 * Signature, coverage, chain and time stamps of a report PDF. A file with anything behind the signed bytes but our own
 * data for later validation is not verified, whatever readers say that look at the signed bytes alone.
 */
export async function checkPdfSignature(file: Uint8Array, trusted: Authorities): Promise<CheckedSignature> {
  const steps: VerificationStep[] = [];
  const signer = await checkSteps(file, trusted, steps);
  const failed = steps.filter(step => step.outcome === 'failed').map(step => step.step);
  const intact = !failed.includes('signature') && !failed.includes('coverage');
  return { steps, ok: failed.length === 0, intact, signer };
}

async function checkSteps(
  file: Uint8Array,
  { caPem, timestampCaPem }: Authorities,
  steps: VerificationStep[],
): Promise<X509Certificate | null> {
  let spans: SignatureSpan[];
  let opened: ReturnType<typeof openCms>;
  try {
    spans = findSignatures(file);
    const [first] = spans;
    if (!first) throw new RangeError('The file carries no signature.');
    opened = openCms(first.der, digestOf(file, first));
  } catch (error) {
    steps.push({ step: 'signature', outcome: 'failed', detail: reason(error) });
    return null;
  }
  const { signer, certificates } = opened;
  const [span, archive] = spans;
  const claimedMs = span ? claimedTimeMs(file, span) : Number.NaN;
  steps.push({
    step: 'signature',
    outcome: 'ok',
    detail: `The signature of ${shortName(signer.subject)} is good: nothing it covers was changed.`,
  });
  const coverage = await checkCoverage(file, spans);
  steps.push(coverage, chain(signer, certificates, caPem, claimedMs));
  if (coverage.outcome === 'ok')
    steps.push(...checkTimestamps(file, archive, { ...opened, claimedMs }, timestampCaPem));
  return signer;
}

function reason(error: unknown): string {
  if (!(error instanceof RangeError)) throw error;
  return error.message.endsWith('.') ? error.message : `The signature cannot be read: ${error.message}.`;
}

function chain(
  signer: X509Certificate,
  certificates: readonly X509Certificate[],
  caPem: string | undefined,
  atMs: number,
): VerificationStep {
  const pinned = caPem === undefined ? null : parsePem(caPem);
  if (caPem !== undefined && !pinned)
    return {
      step: 'chain',
      outcome: 'failed',
      detail: 'The certificate of the authority that was given cannot be read.',
    };
  const issuer = pinned ?? certificates.find(certificate => certificate.ca && signer.checkIssued(certificate));
  if (!issuer)
    return { step: 'chain', outcome: 'failed', detail: 'The certificate of the issuing authority is not in the file.' };
  const problem = readableChainProblem(signer, issuer, atMs);
  if (problem) return { step: 'chain', outcome: 'failed', detail: problem };
  const authority = `${shortName(issuer.subject)} (SHA-256 ${certificateFingerprint(issuer)})`;
  return pinned
    ? {
        step: 'chain',
        outcome: 'ok',
        detail: `The certificate was issued by ${authority}, which you named as trusted.`,
      }
    : {
        step: 'chain',
        outcome: 'warning',
        detail: `The certificate was issued by ${authority}. You named no authority: compare this fingerprint with the sender.`,
      };
}

/** A certificate of somebody else's making can hold extensions that no reader understands. */
function readableChainProblem(signer: X509Certificate, issuer: X509Certificate, atMs: number): string | null {
  try {
    return chainProblem(signer, issuer, atMs);
  } catch {
    return 'The certificate of the signer cannot be read.';
  }
}

function parsePem(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

/** The time the signature claims, from its own dictionary: inside the signed bytes, but the station's word alone. */
function claimedTimeMs(file: Uint8Array, span: SignatureSpan): number {
  const before = Buffer.from(file.subarray(Math.max(0, span.start - 4096), span.start)).toString('latin1');
  const claim = [...before.matchAll(/\/M \(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z\)/g)].at(-1);
  if (!claim) return Number.NaN;
  const [, year, month, day, hour, minute, second] = claim;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
