import { createHash, type X509Certificate } from 'node:crypto';
import { BenchError } from '../../../../shared/errors.ts';
import { openCms, stampCms } from '../../../../shared/verify/pdf-cms.ts';
import { digestOf, findSignatures, openSignature, type SignatureSpan } from '../../../../shared/verify/pdf-ranges.ts';
import { type LaterData, laterRevision } from '../../../../shared/verify/pdf-revision.ts';
import { checkPdfSignature } from '../../../../shared/verify/pdf-signature.ts';
import { openTimestamp, timestampPath } from '../../../../shared/verify/timestamp-token.ts';

export type PreparedReport = {
  /** The report with its first time stamp, validation data, and an open place for the second time stamp. */
  readonly pdf: Uint8Array;
  /** SHA-256 that the second time stamp has to be about. */
  readonly imprint: Uint8Array;
};

export type StampedReport = {
  readonly pdf: Uint8Array;
  readonly fileSha256: string;
  /** When the authority saw the signature, and the whole file; milliseconds since 1970. */
  readonly signatureTimeMs: number;
  readonly fileTimeMs: number;
};

/** SHA-256 of the station's bare signature: what the first time stamp is about. Throws `report_failed`. */
export function signatureImprint(pdf: Uint8Array): Uint8Array {
  return inWords(() => {
    const span = station(pdf);
    return imprintOf(openCms(span.der, digestOf(pdf, span)).signature);
  });
}

/** Puts the first time stamp into the signature, and behind it all that validation needs later. Throws `report_failed`. */
export async function prepareReport(pdf: Uint8Array, token: Uint8Array, later: LaterData): Promise<PreparedReport> {
  try {
    const span = station(pdf);
    const stamped = Buffer.from(pdf);
    writeInto(stamped, span, stampCms(span.der, digestOf(pdf, span), token));
    const { bytes, start, end } = openSignature(Buffer.concat([stamped, await laterRevision(stamped, later)]));
    return { pdf: bytes, imprint: digestOf(bytes, { start, end, coveredEnd: bytes.length }) };
  } catch (error) {
    throw failure(error);
  }
}

/** Puts the second time stamp in its place and verifies the outcome before giving it out. Throws `report_failed`. */
export async function finishReport(
  { pdf, imprint }: PreparedReport,
  token: Uint8Array,
  authorityPem: string,
): Promise<StampedReport> {
  const bytes = Buffer.from(pdf);
  const archive = inWords(() => {
    const opening = bytes.lastIndexOf('/Contents <', undefined, 'latin1') + '/Contents '.length;
    const span = { start: opening, end: bytes.indexOf('>', opening, 'latin1') + 1 };
    writeInto(bytes, span, token);
    return openTimestamp(token, imprint);
  });
  const { ok, steps } = await checkPdfSignature(bytes, { timestampCaPem: authorityPem });
  const stamps = steps.filter(({ step }) => step === 'timestamp');
  const problem = steps.find(({ outcome }) => outcome === 'failed') ?? stamps.find(({ outcome }) => outcome !== 'ok');
  if (!ok || problem || stamps.length !== 2)
    throw new BenchError('report_failed', `The time stamp does not verify: ${problem?.detail ?? 'one is missing.'}`);
  const span = station(bytes);
  const cms = openCms(span.der, digestOf(bytes, span));
  return {
    pdf: bytes,
    fileSha256: createHash('sha256').update(bytes).digest('hex'),
    signatureTimeMs: openTimestamp(cms.timestamp ?? Buffer.alloc(0), imprintOf(cms.signature)).timeMs,
    fileTimeMs: archive.timeMs,
  };
}

/** The chain of a time stamp up to the authority that is trusted, DER. Throws `server_refused`. */
export function chainOf(token: Uint8Array, imprint: Uint8Array, authority: X509Certificate): X509Certificate[] {
  try {
    const path = timestampPath(openTimestamp(token, imprint), authority);
    if (path) return path;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BenchError('server_refused', error.message, { cause: error });
  }
  throw new BenchError(
    'server_refused',
    'The time stamp was not made under the authority that is named on the Station screen.',
  );
}

const imprintOf = (signature: Uint8Array) => createHash('sha256').update(signature).digest();

function station(pdf: Uint8Array): SignatureSpan {
  const [first, ...others] = findSignatures(pdf);
  if (!first) throw new RangeError('The file carries no signature.');
  if (others.length > 1) throw new RangeError('The file carries more signatures than a report does.');
  return first;
}

function writeInto(bytes: Buffer, { start, end }: { start: number; end: number }, der: Uint8Array): void {
  const room = end - start - 2;
  if (der.length * 2 > room) throw new RangeError('A time stamp is larger than the place kept for it.');
  bytes.write(Buffer.from(der).toString('hex').padEnd(room, '0'), start + 1, 'latin1');
}

function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failure(error);
  }
}

function failure(error: unknown): unknown {
  return error instanceof RangeError
    ? new BenchError('report_failed', `The report cannot be time-stamped: ${error.message}`, { cause: error })
    : error;
}
