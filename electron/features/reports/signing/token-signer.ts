import { createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { BenchError } from '../../../../shared/errors.ts';
import { der } from '../../../../shared/verify/pdf-cms.ts';
import type { Signer } from './signer.ts';

/** Signs a SHA-256 digest with ECDSA P-256; answers r and s one after the other, as tokens do. */
export type SignDigest = (digest: Uint8Array) => Promise<Uint8Array>;

/** Signer over a key that never leaves its token. What the token answers is checked against the certificate. */
export function createTokenSigner(options: {
  certificatePem: string;
  chainPem: readonly string[];
  signDigest: SignDigest;
}): Signer {
  const { raw, publicKey } = new X509Certificate(options.certificatePem);
  return {
    certificate: raw,
    chain: options.chainPem.map(pem => new X509Certificate(pem).raw),
    sign: bytes => signThroughToken(bytes, publicKey, options.signDigest),
  };
}

/** Signature (DER) over the SHA-256 of these bytes. Throws `token_unavailable` when another key made it. */
export async function signThroughToken(
  bytes: Uint8Array,
  publicKey: KeyObject,
  signDigest: SignDigest,
): Promise<Uint8Array> {
  const signature = await signDigest(createHash('sha256').update(bytes).digest());
  if (!verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature))
    throw new BenchError(
      'token_unavailable',
      'The key on the token is not the one of the certificate: it was replaced. An admin chooses the key anew.',
    );
  return der(0x30, integer(signature.subarray(0, 32)), integer(signature.subarray(32)));
}

/** Positive, without needless zeros. */
function integer(bytes: Uint8Array): Buffer {
  const from = bytes.findIndex(byte => byte !== 0);
  const short = bytes.subarray(from < 0 ? bytes.length - 1 : from);
  return der(0x02, (short[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0), short);
}
