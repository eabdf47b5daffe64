import { createPublicKey, type KeyObject } from 'node:crypto';
import { compactVerify, decodeProtectedHeader } from 'jose';
import type { z } from 'zod';

const spkiPrefix = { ed25519: '302a300506032b6570032100', x25519: '302a300506032b656e032100' } as const;

/** A public key from the base64 of its 32 bytes; null for anything else. */
export function publicKeyOf(kind: keyof typeof spkiPrefix, base64: string): KeyObject | null {
  const raw = Buffer.from(base64, 'base64');
  if (raw.length !== 32 || raw.toString('base64') !== base64) return null;
  const key = Buffer.concat([Buffer.from(spkiPrefix[kind], 'hex'), raw]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/** The header of a compact JWS as its schema says, unverified; null for anything else. */
export function headerOf<T>(jws: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(decodeProtectedHeader(jws)).data ?? null;
  } catch {
    return null;
  }
}

/** True when the text is the only one for its bytes: loose bits at the end of base64url let one JWS be written in many ways. */
function isCanonical(jws: string): boolean {
  return jws.split('.').every(part => Buffer.from(part, 'base64url').toString('base64url') === part);
}

/** What stands in a compact JWS, once this Ed25519 key is seen to have signed it; null for anything else. */
export async function verifiedJws<T>(jws: string, key: KeyObject, schema: z.ZodType<T>): Promise<T | null> {
  if (!isCanonical(jws)) return null;
  try {
    const { payload } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    return schema.safeParse(JSON.parse(Buffer.from(payload).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
