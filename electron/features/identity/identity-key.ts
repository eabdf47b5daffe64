import { createHmac } from 'node:crypto';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';

/** Digest of names, badges and codes: comparable on this station alone. `purpose` keeps them apart. */
export type Digest = (purpose: 'name' | 'badge' | 'one-time' | 'recovery', text: string) => string;

/** Opens the key in the keystore, or makes it. Without it badges and codes given out before mean nothing any more. */
export async function openIdentityDigest(deps: { keystore: Keystore; random: Random }): Promise<Digest> {
  const stored = await deps.keystore.get('identity-key');
  const text = stored ?? deps.random.bytes(32).toString('base64');
  if (stored === null) await deps.keystore.set('identity-key', text);
  const key = Buffer.from(text, 'base64');
  return (purpose, value) => createHmac('sha256', key).update(`bench/v1/${purpose}\n${value}`).digest('base64url');
}
