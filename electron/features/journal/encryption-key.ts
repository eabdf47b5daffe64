import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Keystore } from '../../drivers/keystore/keystore.ts';

const name = 'encryption-key';

/** The station's X25519 key from the keystore, made the first time: opens what was sealed to this station. */
export async function openEncryptionKey(keystore: Keystore): Promise<KeyObject> {
  const stored = await keystore.get(name);
  if (stored !== null) return createPrivateKey(stored);
  const { privateKey } = generateKeyPairSync('x25519');
  await keystore.set(name, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}
