import { createHash, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Keystore } from '../../drivers/keystore/keystore.ts';
import type { Random } from '../../drivers/random/random.ts';
import { createPemSigner, type Signer } from './signing/signer.ts';
import {
  createRevocationList,
  createSiteCa,
  createStationRequest,
  issueStationCertificate,
} from './signing/site-ca.ts';

const Stored = z.object({
  ca: z.object({ certificatePem: z.string(), keyPem: z.string() }),
  station: z.object({ certificatePem: z.string(), keyPem: z.string() }),
  crlBase64: z.base64(),
});

export type SiteKeys = {
  signer: Signer;
  caPem: string;
  /** SHA-256 (hex) of the signing key's SubjectPublicKeyInfo. */
  fingerprint: string;
  /** Chain and newest revocation list, DER, for the validation data inside a report. */
  validation: { certificates: Uint8Array[]; crls: Uint8Array[] };
};

const keystoreName = 'site-signing';

/**
 * The site's authority and this station's document key, from the keystore; made there the first time. Throws
 * `keystore_unavailable` when it is locked.
 */
export async function openSiteKeys(deps: {
  keystore: Keystore;
  clock: Clock;
  random: Random;
  organisation: string;
  stationName: string;
  stationId: string;
}): Promise<SiteKeys> {
  const text = await deps.keystore.get(keystoreName);
  const stored = text === null ? await make(deps) : Stored.parse(JSON.parse(text));
  if (text === null) await deps.keystore.set(keystoreName, JSON.stringify(stored));
  const { ca, station } = stored;
  const signer = createPemSigner({ ...station, chainPem: [ca.certificatePem] });
  const spki = new X509Certificate(station.certificatePem).publicKey.export({ type: 'spki', format: 'der' });
  return {
    signer,
    caPem: ca.certificatePem,
    fingerprint: createHash('sha256').update(spki).digest('hex'),
    validation: {
      certificates: [signer.certificate, ...signer.chain].map(der => Uint8Array.from(der)),
      crls: [Uint8Array.from(Buffer.from(stored.crlBase64, 'base64'))],
    },
  };
}

async function make(deps: Parameters<typeof openSiteKeys>[0]): Promise<z.infer<typeof Stored>> {
  const { organisation, stationName, stationId, random } = deps;
  const nowMs = deps.clock.now();
  const ca = await createSiteCa({ organisation, nowMs, random });
  const { keyPem, csrPem } = await createStationRequest({ organisation, stationName, stationId });
  const certificatePem = await issueStationCertificate({ ca, csrPem, nowMs, random });
  const crl = await createRevocationList({ ca, nowMs, number: 1, revoked: [] });
  return { ca, station: { certificatePem, keyPem }, crlBase64: Buffer.from(crl).toString('base64') };
}
