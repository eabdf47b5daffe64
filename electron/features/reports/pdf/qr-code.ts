import { encode } from 'uqr';
import type { PathStep } from './canvas.ts';

/** What the code on a report says: `veriqko:1:<document id>:<SHA-256 of report.json, base64url>`. */
export function qrPayload(documentId: string, hash: Buffer): string {
  return `veriqko:1:${documentId}:${hash.toString('base64url')}`;
}

/** A QR code as one path, its lower left corner at (x, y). The quiet zone is inside `size`. */
export function qrPath(payload: string, x: number, y: number, size: number): PathStep[] {
  const code = encode(payload, { ecc: 'M', border: 2 });
  const cell = size / code.size;
  const steps: PathStep[] = [];
  code.data.forEach((row, index) => {
    const bottom = y + (code.size - 1 - index) * cell;
    for (let start = 0; start < row.length; start++) {
      if (!row[start]) continue;
      let end = start;
      while (row[end + 1]) end++;
      const [left, right] = [x + start * cell, x + (end + 1) * cell];
      steps.push({ to: [left, bottom], move: true }, { to: [right, bottom] });
      steps.push({ to: [right, bottom + cell] }, { to: [left, bottom + cell] }, 'close');
      start = end;
    }
  });
  return steps;
}
