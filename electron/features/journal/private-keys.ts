import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

const pkcs8Prefix = {
  ed25519: Buffer.from('302e020100300506032b657004220420', 'hex'),
  x25519: Buffer.from('302e020100300506032b656e04220420', 'hex'),
};

/** How many keys one value of every keystore can hold: a credential of Windows has 2,560 bytes. */
export const mostKeys = 48;

/** Private keys of one type from a value of the keystore: one PEM, or seeds in base64 with spaces between. */
export function parsePrivateKeys(value: string, type: keyof typeof pkcs8Prefix): KeyObject[] {
  if (value.startsWith('-----BEGIN')) return [createPrivateKey(value)];
  return value
    .split(' ')
    .filter(seed => seed !== '')
    .map(seed => {
      const key = Buffer.concat([pkcs8Prefix[type], Buffer.from(seed, 'base64')]);
      return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
    });
}

/** The seeds of these keys, as `parsePrivateKeys` reads them. */
export function formatPrivateKeys(keys: readonly KeyObject[]): string {
  return keys.map(key => key.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64')).join(' ');
}

/** Base64 of the 32 bytes of the public half. */
export function rawPublicKey(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
}

export function samePublicKey(a: KeyObject, b: KeyObject): boolean {
  return rawPublicKey(a) === rawPublicKey(b);
}
