import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto';
import { TlogError } from './errors.ts';
import { sha256 } from './hash.ts';

/** Which slot of which entry a piece of personal data belongs to. */
export type SlotAddress = { origin: string; seq: number; slot: number };

/** Key of one slot alone, from the subject's key: giving it away opens this slot and nothing else. */
export function blobKey({ dek, origin, seq, slot }: SlotAddress & { dek: Uint8Array }): Buffer {
  return Buffer.from(hkdfSync('sha256', dek, new Uint8Array(), `audit/v1/pii\n${origin}\n${seq}\n${slot}`, 32));
}

/** Commitment to a slot's key: AES-GCM alone would let one ciphertext open under two keys. */
function commit(key: Uint8Array): string {
  return sha256(Buffer.from('audit/v1/blob-key\n'), key).toString('base64url');
}

/** Seals a JSON value for one slot; `ct` goes to the side table, `h` and `k` into the leaf. */
export function sealPii(slot: SlotAddress & { dek: Uint8Array; value: unknown; iv: Uint8Array }): {
  ct: Buffer;
  h: string;
  k: string;
} {
  const key = blobKey(slot);
  const cipher = createCipheriv('aes-256-gcm', key, slot.iv);
  const body = Buffer.concat([cipher.update(JSON.stringify(slot.value), 'utf8'), cipher.final()]);
  const ct = Buffer.concat([slot.iv, body, cipher.getAuthTag()]);
  return { ct, h: sha256(ct).toString('base64url'), k: commit(key) };
}

/** Opens a slot with its own key; throws `bad_disclosure` when anything differs from what the leaf committed to. */
export function openPii({ ct, key, h, k }: { ct: Uint8Array; key: Uint8Array; h: string; k: string }): unknown {
  if (!same(sha256(ct).toString('base64url'), h))
    throw new TlogError('bad_disclosure', 'the data is not what the entry committed to');
  if (key.length !== 32 || !same(commit(key), k))
    throw new TlogError('bad_disclosure', 'the key is not what the entry committed to');
  if (ct.length < 28) throw new TlogError('bad_disclosure', 'the data is cut short');
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, ct.subarray(0, 12)).setAuthTag(ct.subarray(-16));
    return JSON.parse(Buffer.concat([decipher.update(ct.subarray(12, -16)), decipher.final()]).toString('utf8'));
  } catch (cause) {
    throw new TlogError('bad_disclosure', 'the data does not open with its key', { cause });
  }
}

/** The same for whoever holds the subject's key. */
export function openPiiWithDek(slot: SlotAddress & { dek: Uint8Array; ct: Uint8Array; h: string; k: string }): unknown {
  return openPii({ ct: slot.ct, key: blobKey(slot), h: slot.h, k: slot.k });
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
