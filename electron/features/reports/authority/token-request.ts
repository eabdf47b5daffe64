// The library registers its ASN.1 types through decorators and wants this first.
import 'reflect-metadata';
import { createPublicKey } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { der, derOid, oid } from '../../../../shared/verify/pdf-cms.ts';
import { type SignDigest, signThroughToken } from '../signing/token-signer.ts';

/**
 * Request (PKCS#10 PEM) for a key that rests on a token; the library makes requests for keys in memory alone.
 * `spki`: the public half, DER.
 */
export async function createTokenRequest(options: {
  organisation: string;
  stationName: string;
  stationId: string;
  spki: Uint8Array;
  signDigest: SignDigest;
}): Promise<string> {
  const { organisation, stationName, stationId, spki } = options;
  const name = new x509.Name([{ O: [organisation] }, { '2.5.4.5': [stationId] }, { CN: [stationName] }]);
  const version = der(0x02, Buffer.from([0]));
  const noAttributes = der(0xa0);
  const info = der(0x30, version, new Uint8Array(name.toArrayBuffer()), spki, noAttributes);
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const signature = await signThroughToken(info, key, options.signDigest);
  const algorithm = der(0x30, derOid(oid.ecdsaWithSha256));
  const request = der(0x30, info, algorithm, der(0x03, Buffer.from([0]), signature));
  return new x509.Pkcs10CertificateRequest(Uint8Array.from(request)).toString('pem');
}
