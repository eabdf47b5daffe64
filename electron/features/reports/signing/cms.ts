import { createHash } from 'node:crypto';
import { attributeSet, encodeCms, signedAttributes } from '../../../../shared/verify/pdf-cms.ts';
import type { Signer } from './signer.ts';

/** The same over the bytes of a whole file. */
export function signFile(bytes: Uint8Array, signer: Signer): Promise<Buffer> {
  return signDetached(createHash('sha256').update(bytes).digest(), signer);
}

/** Detached CAdES-B-B signature (DER) over a document with this SHA-256 digest. */
export async function signDetached(digest: Uint8Array, signer: Signer): Promise<Buffer> {
  const attributes = signedAttributes(digest, signer.certificate);
  const signature = await signer.sign(attributeSet(attributes));
  return encodeCms([signer.certificate, ...signer.chain], attributes, signature);
}
