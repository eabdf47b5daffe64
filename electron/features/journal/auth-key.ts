import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Keystore } from '../../drivers/keystore/keystore.ts';

const name = 'auth-key';

/** The station's Ed25519 key from the keystore, made the first time: by it a server knows the station. */
export async function openAuthKey(keystore: Keystore): Promise<KeyObject> {
  const stored = await keystore.get(name);
  if (stored !== null) return createPrivateKey(stored);
  const { privateKey } = generateKeyPairSync('ed25519');
  await keystore.set(name, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
  return privateKey;
}
