/** What `service call` prints: a parcel with a text, a refusal by the service, or something else. */
export type ParcelText = { kind: 'text'; text: string } | { kind: 'refused' } | { kind: 'none' };

const longestText = 64;

/** Reads the one text of a parcel as `service call` prints it: 32-bit words, an exception code, a length, UTF-16. */
export function readParcel(printed: string): ParcelText {
  const words = [
    ...printed
      .replaceAll(/0x[0-9a-f]{8}:/g, '')
      .replaceAll(/'[^\n]*'/g, '')
      .matchAll(/\b[0-9a-f]{8}\b/g),
  ].map(([word]) => Number.parseInt(word, 16));
  const [exception, length] = words;
  if (exception === undefined) return { kind: 'none' };
  if (exception !== 0) return { kind: 'refused' };
  if (length === undefined || length === 0 || length > longestText) return { kind: 'none' };
  const bytes = Buffer.alloc((words.length - 2) * 4);
  words.slice(2).forEach((word, index) => {
    bytes.writeUInt32LE(word, index * 4);
  });
  return bytes.length < length * 2
    ? { kind: 'none' }
    : { kind: 'text', text: bytes.toString('utf16le', 0, length * 2) };
}
