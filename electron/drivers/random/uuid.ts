/** Formats 16 bytes as a UUID with the given version and the RFC 9562 variant. */
export function formatUuid(bytes: Buffer, version: 4 | 7): string {
  const b = Buffer.from(bytes);
  b[6] = ((b[6] ?? 0) & 0x0f) | (version << 4);
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = b.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** RFC 9562 version 7 from a wall time in milliseconds and ten random bytes. */
export function uuidV7From(nowMs: number, random: Buffer): string {
  const time = Buffer.alloc(6);
  time.writeUIntBE(nowMs, 0, 6);
  return formatUuid(Buffer.concat([time, random]), 7);
}
