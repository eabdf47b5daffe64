import canonicalize from 'canonicalize';
import { z } from 'zod';
import { TlogError } from './errors.ts';

const Digest = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What every journal entry says about itself; `data` belongs to its type. Unknown keys of newer versions are kept. */
export const LeafEnvelope = z.looseObject({
  v: z.literal(1),
  seq: z.int().nonnegative(),
  id: z.uuid(),
  type: z.string().min(1).max(100),
  at: z.iso.datetime(),
  boot: z.uuid(),
  /** Nanoseconds of the boot's monotonic clock, decimal. */
  mono: z.string().regex(/^\d{1,20}$/),
  origin: z.string().min(1).max(255),
  actor: z.string().max(64).optional(),
  device: z.string().max(64).optional(),
  job: z.string().max(64).optional(),
  data: z.record(z.string(), z.unknown()),
  /** Commitments to sealed personal data: hash of the ciphertext, commitment to its key, subject. */
  pii: z.array(z.object({ h: Digest, k: Digest, s: z.uuid() })).max(64),
});
export type LeafEnvelope = z.infer<typeof LeafEnvelope>;

const maxBytes = 65_535;

/** JCS (RFC 8785) bytes of an entry. Throws `bad_entry` for anything that JSON would silently change, and over 65,535 bytes. */
export function encodeEntry(leaf: LeafEnvelope): Buffer {
  const parsed = LeafEnvelope.safeParse(leaf);
  if (!parsed.success) throw new TlogError('bad_entry', 'the entry does not fit its envelope');
  assertPlain(leaf, 0);
  const text = canonicalize(leaf);
  const bytes = Buffer.from(text ?? '', 'utf8');
  if (bytes.length < 2 || bytes.length > maxBytes) throw new TlogError('bad_entry', 'an entry has 2 to 65,535 bytes');
  return bytes;
}

/** Throws `bad_entry`; tolerates types and keys it does not know. */
export function decodeEntry(bytes: Uint8Array): LeafEnvelope {
  try {
    return LeafEnvelope.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch (cause) {
    throw new TlogError('bad_entry', 'this is no journal entry', { cause });
  }
}

/** Where an entry says it stands, read without the rest of its envelope; nulls where it does not say. */
export function entryAddress(bytes: Uint8Array): { seq: unknown; origin: unknown } {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
    if (value === null || typeof value !== 'object') return { seq: null, origin: null };
    return { seq: 'seq' in value ? value.seq : null, origin: 'origin' in value ? value.origin : null };
  } catch {
    return { seq: null, origin: null };
  }
}

// canonicalize accepts a Date, turns a Map into {} and drops undefined; a record must not change on its way to disk.
function assertPlain(value: unknown, depth: number): void {
  if (depth > 32) throw new TlogError('bad_entry', 'the entry is nested too deeply');
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    assertWellFormed(value);
    return;
  }
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value))
      throw new TlogError('bad_entry', 'numbers are safe integers; write others as text');
    return;
  }
  if (Array.isArray(value)) {
    for (const item of value) assertPlain(item, depth + 1);
    return;
  }
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw new TlogError('bad_entry', 'an entry holds plain JSON values only');
  }
  for (const [key, item] of Object.entries(value)) {
    assertWellFormed(key);
    assertPlain(item, depth + 1);
  }
}

function assertWellFormed(text: string): void {
  if (!text.isWellFormed()) throw new TlogError('bad_entry', 'the entry holds text that is not Unicode');
}
