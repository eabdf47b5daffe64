import { TlogError } from './errors.ts';

/** tlog-tiles entry bundle: each entry behind its length as big-endian uint16. */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap(entry => {
      if (entry.length > 0xffff) throw new TlogError('bad_bundle', 'an entry is longer than 65,535 bytes');
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** Throws `bad_bundle` when it is cut short and `too_many` when it holds more than `max` entries. */
export function decodeBundle(bytes: Uint8Array, max = 10_000): Buffer[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: Buffer[] = [];
  for (let at = 0; at < buffer.length; ) {
    if (entries.length >= max) throw new TlogError('too_many', `the bundle holds more than ${max} entries`);
    if (at + 2 > buffer.length) throw new TlogError('bad_bundle', 'the bundle is cut short');
    const end = at + 2 + buffer.readUInt16BE(at);
    if (end > buffer.length) throw new TlogError('bad_bundle', 'the bundle is cut short');
    entries.push(buffer.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
