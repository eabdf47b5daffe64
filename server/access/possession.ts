import { createHmac, diffieHellman, hkdfSync, type KeyObject, timingSafeEqual, verify } from 'node:crypto';
import type { EnrolRequest } from '../schemas.ts';
import { publicKeyOf } from './jws.ts';

/** What the keys of a station speak for when it enrols: all of them together, once for each code. */
export function enrolmentText({ code, stationId, vkey, authKey, encryptionKey }: EnrolRequest): Buffer {
  return Buffer.from(`enrol/v1\n${code}\n${stationId}\n${vkey}\n${authKey}\n${encryptionKey}\n`);
}

/**
 * Whether the sender holds all three keys that it names: signatures by the log key and the auth key, and a MAC under
 * the secret that only the encryption key shares with the server's.
 */
export function showsItsKeys(
  text: Buffer,
  request: Pick<EnrolRequest, 'authKey' | 'encryptionKey' | 'proof' | 'authProof' | 'encryptionProof'>,
  logKey: KeyObject,
  escrowKey: KeyObject,
): boolean {
  const authKey = publicKeyOf('ed25519', request.authKey);
  const encryptionKey = publicKeyOf('x25519', request.encryptionKey);
  if (!authKey || !encryptionKey) return false;
  return (
    verify(null, text, logKey, Buffer.from(request.proof, 'base64')) &&
    verify(null, text, authKey, Buffer.from(request.authProof, 'base64')) &&
    sharesSecret(text, Buffer.from(request.encryptionProof, 'base64'), encryptionKey, escrowKey)
  );
}

function sharesSecret(text: Buffer, mac: Buffer, publicKey: KeyObject, privateKey: KeyObject): boolean {
  try {
    const secret = diffieHellman({ privateKey, publicKey });
    const key = Buffer.from(hkdfSync('sha256', secret, '', 'enrol/v1/encryption-key', 32));
    const expected = createHmac('sha256', key).update(text).digest();
    return mac.length === expected.length && timingSafeEqual(mac, expected);
  } catch {
    // A key of small order shares no secret with anybody.
    return false;
  }
}
