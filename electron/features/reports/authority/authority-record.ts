import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { IssuedCertificate } from '../../../../shared/authority.ts';
import { keyFingerprint } from '../../../../shared/verify/pdf-certificate.ts';
import type { Keystore } from '../../../drivers/keystore/keystore.ts';
import type { Settings } from '../../station/settings.ts';

/** Where a key on a token is found again. Its PIN rests in the keystore. */
export const TokenRecord = z.object({
  modulePath: z.string(),
  serial: z.string(),
  label: z.string(),
  keyId: z.string(),
  /** The token refused the PIN: it is not tried again until an admin enters one. */
  pinRefused: z.boolean(),
});
export type TokenRecord = z.infer<typeof TokenRecord>;

/** What is public about the site's certificates. Their keys rest in the keystore, each under its own fingerprint. */
export const AuthorityRecord = z.object({
  /** This bench's own authority. */
  ownCaPem: z.string(),
  issued: z.array(IssuedCertificate),
  crlNumber: z.int(),
  /** What this station signs with, and whoever issued it. */
  certificatePem: z.string(),
  issuerPem: z.string(),
  /** Newest list of the issuer, DER. */
  crlBase64: z.base64().nullable(),
  /** Fingerprint of the key of an open request. */
  requestedKey: z.string().nullable(),
  /** The token that holds the key of the certificate; null when the keystore does. */
  token: TokenRecord.nullable().default(null),
});
export type AuthorityRecord = z.infer<typeof AuthorityRecord>;

export function readRecord(settings: Settings): AuthorityRecord | null {
  const text = settings.get('site-authority');
  return text === null || text === '' ? null : AuthorityRecord.parse(JSON.parse(text));
}

/** Private keys by the fingerprint of their public half, so that no change of a certificate can tear the two apart. */
export function createDocumentKeys(keystore: Keystore) {
  const name = (fingerprint: string) => `document-key-${fingerprint.slice(0, 32)}`;
  return {
    /** Stores a key (PKCS#8 PEM) and answers its fingerprint. */
    async add(keyPem: string): Promise<string> {
      const fingerprint = fingerprintOf(keyPem);
      await keystore.set(name(fingerprint), keyPem);
      return fingerprint;
    },
    /** The key of a certificate; null when this keystore never had it. */
    ofCertificate: (certificatePem: string) => keystore.get(name(keyFingerprint(new X509Certificate(certificatePem)))),
    get: (fingerprint: string) => keystore.get(name(fingerprint)),
    drop: (fingerprint: string) => keystore.delete(name(fingerprint)),
  };
}

export type DocumentKeys = ReturnType<typeof createDocumentKeys>;

/** SHA-256 (hex) of the public half's SubjectPublicKeyInfo. */
export function fingerprintOf(keyPem: string): string {
  const spki = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}
