/** Cuts bytes into lines. `onTooLong` is called once for a line over the cap, which is then dropped to its end. */
export function createLineSplitter(options: {
  /** Bytes that end a line; an empty line is not reported. */
  ends: readonly number[];
  maxBytes: number;
  onLine(line: Buffer): void;
  onTooLong(): void;
}) {
  const { ends, maxBytes, onLine, onTooLong } = options;
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  let dropping = false;

  const take = (part: Buffer) => {
    if (dropping || part.length === 0) return;
    sizeBytes += part.length;
    if (sizeBytes <= maxBytes) {
      parts.push(part);
      return;
    }
    parts = [];
    dropping = true;
    onTooLong();
  };
  const finish = () => {
    const line = Buffer.concat(parts);
    const whole = !dropping && line.length > 0;
    parts = [];
    sizeBytes = 0;
    dropping = false;
    if (whole) onLine(line);
  };

  return {
    push(chunk: Buffer): void {
      let from = 0;
      for (let at = 0; at < chunk.length; at++) {
        if (!ends.includes(chunk[at] ?? -1)) continue;
        take(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      // Copied, or one short rest would keep the whole chunk in memory.
      take(Buffer.from(chunk.subarray(from)));
    },
  };
}

export const newline = 0x0a;
export const carriageReturn = 0x0d;
