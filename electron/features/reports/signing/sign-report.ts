import { createHash, X509Certificate } from 'node:crypto';
import { BenchError } from '../../../../shared/errors.ts';
import { signingPeriod } from '../../../../shared/verify/pdf-certificate.ts';
import { digestOf, openSignature } from '../../../../shared/verify/pdf-ranges.ts';
import { checkPdfSignature } from '../../../../shared/verify/pdf-signature.ts';
import { signDetached } from './cms.ts';
import type { Signer } from './signer.ts';

export type SignedReport = {
  readonly pdf: Uint8Array;
  /** SHA-256 (hex) of the bytes the signature covers, and of the whole file. Both belong into the journal. */
  readonly signedSha256: string;
  readonly fileSha256: string;
};

/**
 * Signs the open place of an unsigned report (PAdES B-B) and verifies the outcome before giving it out. `nowMs` must
 * lie in the signing period of the certificate. Throws BenchError `report_failed`; then nothing was issued.
 */
export async function signReportPdf(unsigned: Uint8Array, signer: Signer, nowMs: number): Promise<SignedReport> {
  refuseOldKey(signer, nowMs);
  const { bytes, start, end } = openSignature(unsigned);
  const digest = digestOf(bytes, { start, end, coveredEnd: bytes.length });
  const cms = await signDetached(digest, signer);
  if (cms.length * 2 > end - start - 2)
    throw new BenchError('report_failed', 'The signature with its certificates is larger than the place kept for it.');
  bytes.write(cms.toString('hex'), start + 1, 'latin1');
  await verifyBeforeIssue(bytes, signer);
  return {
    pdf: bytes,
    signedSha256: digest.toString('hex'),
    fileSha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function refuseOldKey({ certificate }: Signer, nowMs: number): void {
  const period = signingPeriod(new X509Certificate(certificate));
  if (nowMs < period.fromMs || nowMs > period.untilMs)
    throw new BenchError(
      'report_failed',
      'The clock of this station lies outside the signing period of its certificate. Check the clock, or renew the certificate.',
    );
}

/** Nobody is shown a file that this bench itself would not accept. */
export async function verifyBeforeIssue(pdf: Uint8Array, signer: Signer): Promise<void> {
  const [authority] = signer.chain;
  const caPem = authority && new X509Certificate(authority).toString();
  const { steps, ok } = await checkPdfSignature(pdf, caPem === undefined ? {} : { caPem });
  if (ok) return;
  const failed = steps.find(step => step.outcome === 'failed');
  throw new BenchError('report_failed', `The signed report does not verify: ${failed?.detail ?? 'unknown reason.'}`);
}
