import { createHash, X509Certificate } from 'node:crypto';
import { shortName } from './pdf-certificate.ts';
import { digestOf, openSignature, type SignatureSpan } from './pdf-ranges.ts';
import { laterRevision, readLaterData } from './pdf-revision.ts';
import type { VerificationStep } from './proof-bundle.ts';
import { type OpenedTimestamp, openTimestamp, timestampPath } from './timestamp-token.ts';

/** Clocks of stations go wrong honestly. */
const toleranceMs = 120_000;

/**
 * Whether the station's signature covers the file. What may stand behind it is the one revision that this product adds:
 * data for later validation and a time stamp over all of it, byte for byte.
 */
export async function checkCoverage(file: Uint8Array, spans: readonly SignatureSpan[]): Promise<VerificationStep> {
  const [station, archive, ...others] = spans;
  const behind = file.length - (station?.coveredEnd ?? 0);
  if (behind === 0) return { step: 'coverage', outcome: 'ok', detail: 'The signature covers the whole file.' };
  if (station && archive && others.length === 0 && (await isOwnRevision(file, station, archive)))
    return {
      step: 'coverage',
      outcome: 'ok',
      detail:
        'The signature covers the report. Behind it stand data for later validation, which are not shown, and a time stamp over the whole file.',
    };
  return {
    step: 'coverage',
    outcome: 'failed',
    detail: `${behind} bytes were added after signing: the document may show something that was never signed.`,
  };
}

async function isOwnRevision(file: Uint8Array, station: SignatureSpan, archive: SignatureSpan): Promise<boolean> {
  if (archive.coveredEnd !== file.length) return false;
  const report = file.subarray(0, station.coveredEnd);
  try {
    const tail = await laterRevision(report, readLaterData(file.subarray(station.coveredEnd)));
    const { bytes, start } = openSignature(Buffer.concat([report, tail]));
    bytes.write(archive.der.toString('hex'), start + 1, 'latin1');
    return bytes.equals(file);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

type Stamped = {
  readonly signature: Buffer;
  readonly timestamp: Buffer | null;
  /** What the station says about when it signed, milliseconds since 1970. */
  readonly claimedMs: number;
};

/** The time stamps of a report whose coverage holds: over the signature, and over the whole file. None at all is no fault. */
export function checkTimestamps(
  file: Uint8Array,
  archive: SignatureSpan | undefined,
  { signature, timestamp, claimedMs }: Stamped,
  authorityPem: string | undefined,
): VerificationStep[] {
  const steps: VerificationStep[] = [];
  if (timestamp) {
    const digest = createHash('sha256').update(signature).digest();
    steps.push(checkOne(timestamp, digest, 'The signature', authorityPem, claimedMs));
  }
  if (archive) steps.push(checkOne(archive.der, digestOf(file, archive), 'The whole file', authorityPem, claimedMs));
  return steps;
}

function checkOne(
  token: Uint8Array,
  digest: Uint8Array,
  what: string,
  authorityPem: string | undefined,
  claimedMs: number,
): VerificationStep {
  const say = (outcome: VerificationStep['outcome'], detail: string) => ({ step: 'timestamp', outcome, detail });
  let stamp: OpenedTimestamp;
  try {
    stamp = openTimestamp(token, digest);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return say('failed', error.message);
  }
  const says = `${what} existed at ${new Date(stamp.timeMs).toISOString()}: ${shortName(stamp.signer.subject)} says so`;
  if (claimedMs > stamp.timeMs + toleranceMs)
    return say('warning', `${says}. The station’s clock was ahead: it claims to have signed later.`);
  const top = stamp.certificates.at(-1) ?? stamp.signer;
  if (authorityPem === undefined)
    return say(
      'warning',
      `${says}. You named no authority for time stamps: compare ${shortName(top.subject)} (SHA-256 ${top.fingerprint256}).`,
    );
  const anchor = readAnchor(authorityPem);
  if (!anchor) return say('failed', 'The certificate of the authority for time stamps that was given cannot be read.');
  return timestampPath(stamp, anchor)
    ? say('ok', `${says}, under ${shortName(anchor.subject)}, which you named as trusted.`)
    : say('failed', `${says}, but its certificate does not lead to ${shortName(anchor.subject)}.`);
}

function readAnchor(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}
