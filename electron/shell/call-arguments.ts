import { z } from 'zod';
import { evidenceMaxBytes } from '../../shared/evidence.ts';

/** The largest call is a piece of evidence in base64, with its caption. */
const maxCallBytes = Math.ceil(evidenceMaxBytes / 3) * 4 + 64 * 1024;
const maxDepth = 32;

/** What a page may send over `bench:call`: a method name and a plain JSON value of bounded size and depth. */
export const CallArguments = z.tuple([
  z
    .string()
    .max(100)
    .regex(/^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/),
  z.unknown().refine(value => measureJson(value) <= maxCallBytes, 'not a plain value, nested too deep or too large'),
]);

/** Size of the value as JSON, roughly, in bytes; infinite when JSON could not carry it as it is. */
function measureJson(value: unknown, depth = 0): number {
  if (value === null || value === undefined || typeof value === 'boolean') return 5;
  if (typeof value === 'string') return value.length + 2;
  if (typeof value === 'number') return Number.isFinite(value) ? 8 : Number.POSITIVE_INFINITY;
  if (typeof value !== 'object' || depth >= maxDepth) return Number.POSITIVE_INFINITY;
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  if (!isPlain) return Number.POSITIVE_INFINITY;
  let sizeBytes = 2;
  for (const [key, child] of Object.entries(value)) {
    sizeBytes += key.length + 3 + measureJson(child, depth + 1);
    if (sizeBytes > maxCallBytes) return Number.POSITIVE_INFINITY;
  }
  return sizeBytes;
}
