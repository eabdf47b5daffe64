import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { BenchError } from '../../../../shared/errors.ts';

/** Whatever holds a document key: the keystore, a file, later a token. ECDSA P-256 with SHA-256. */
export type Signer = {
  /** Certificate of the key, DER. */
  readonly certificate: Uint8Array;
  /** Authorities above it, DER, nearest first. */
  readonly chain: readonly Uint8Array[];
  /** Signature (DER) over the SHA-256 of these bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
};

/** Signer over a PKCS#8 key as the keystore gives it. Throws BenchError `report_failed` when key and certificate differ. */
export function createPemSigner(options: {
  keyPem: string;
  certificatePem: string;
  chainPem: readonly string[];
}): Signer {
  const key = createPrivateKey(options.keyPem);
  const certificate = new X509Certificate(options.certificatePem);
  if (!certificate.checkPrivateKey(key))
    throw new BenchError('report_failed', 'The signing key does not belong to its certificate; renew the certificate.');
  return {
    certificate: certificate.raw,
    chain: options.chainPem.map(pem => new X509Certificate(pem).raw),
    sign: async bytes => sign('sha256', bytes, key),
  };
}
