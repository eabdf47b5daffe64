import { createHash } from 'node:crypto';

/** Text that stands where the ranges of a signature go until it is signed. */
export const byteRangePlaceholder = '/ByteRange [0 ********** ********** **********]';

/** Where one signature stands in a file and which bytes it covers. */
export type SignatureSpan = {
  /** Offset of `<` before and behind `>` after the hexadecimal signature. */
  readonly start: number;
  readonly end: number;
  /** First offset behind the covered bytes. */
  readonly coveredEnd: number;
  /** Contents of the signature as DER, without the unused room behind it. */
  readonly der: Buffer;
};

/** Fills in the ranges of the one open placeholder. Returns a copy of the file and the place of the signature. */
export function openSignature(unsigned: Uint8Array): { bytes: Buffer; start: number; end: number } {
  const bytes = Buffer.from(unsigned);
  const at = bytes.lastIndexOf(byteRangePlaceholder, undefined, 'latin1');
  const opening = at < 0 ? -1 : bytes.indexOf('/Contents <', at, 'latin1');
  if (opening < 0) throw new RangeError('the file has no place for a signature');
  const start = opening + '/Contents '.length;
  const end = bytes.indexOf('>', start, 'latin1') + 1;
  const ranges = `/ByteRange [0 ${start} ${end} ${bytes.length - end}`;
  bytes.write(`${ranges.padEnd(byteRangePlaceholder.length - 1)}]`, at, 'latin1');
  return { bytes, start, end };
}

/**
 * Signatures of the file in the order they stand in it. Throws RangeError for one whose ranges do not start at the
 * beginning of the file, do not leave out exactly the signature, or reach behind the end.
 */
export function findSignatures(file: Uint8Array): SignatureSpan[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const text = bytes.toString('latin1');
  return [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].map(match => {
    const [first = 1, start = 0, end = 0, length = 0] = match.slice(1).map(Number);
    const coveredEnd = end + length;
    const framed = bytes[start] === 0x3c && bytes[end - 1] === 0x3e;
    if (first !== 0 || start >= end || coveredEnd > bytes.length || !framed)
      throw new RangeError('the signed ranges do not fit the file');
    return { start, end, coveredEnd, der: contents(text.slice(start + 1, end - 1)) };
  });
}

/** The signed bytes: everything covered but the signature itself. */
export function signedParts(file: Uint8Array, span: Pick<SignatureSpan, 'start' | 'end' | 'coveredEnd'>): Uint8Array[] {
  return [file.subarray(0, span.start), file.subarray(span.end, span.coveredEnd)];
}

/** SHA-256 over the signed bytes. */
export function digestOf(file: Uint8Array, span: Pick<SignatureSpan, 'start' | 'end' | 'coveredEnd'>): Buffer {
  const hash = createHash('sha256');
  for (const part of signedParts(file, span)) hash.update(part);
  return hash.digest();
}

/** Lower case alone, so that the file cannot be varied. Nothing but zeros may follow the signature in its room: the room is not signed and could hide something. */
function contents(hex: string): Buffer {
  if (!/^(?:[0-9a-f]{2})+$/.test(hex)) throw new RangeError('the signature is not hexadecimal');
  const raw = Buffer.from(hex, 'hex');
  const length = derLength(raw);
  if (length > raw.length || raw.subarray(length).some(byte => byte !== 0))
    throw new RangeError('something else stands behind the signature');
  return raw.subarray(0, length);
}

/** Bytes of the first DER value, its header included. */
function derLength(der: Buffer): number {
  const first = der[1] ?? 0;
  if (first < 0x80) return 2 + first;
  const size = first & 0x7f;
  if (size < 1 || size > 4 || der.length < 2 + size) throw new RangeError('the signature is not DER');
  return 2 + size + der.readUIntBE(2, size);
}
