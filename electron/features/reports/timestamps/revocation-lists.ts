import type { X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, CRLDistributionPoints, id_ce_cRLDistributionPoints } from '@peculiar/asn1-x509';
import { BenchError } from '../../../../shared/errors.ts';
import { shortName } from '../../../../shared/verify/pdf-certificate.ts';
import { normalSerial, readRevocationList } from '../authority/certificates.ts';

/**
 * The revocation lists that the certificates of a chain name, DER, each checked with its issuer. A certificate that names
 * none over HTTP has none. Rejects with `server_refused` when one of the certificates was revoked or a list is not what
 * it should be, and with what `fetchList` rejects with.
 */
export async function listsOf(
  chain: readonly X509Certificate[],
  fetchList: (url: string) => Promise<Buffer>,
): Promise<Buffer[]> {
  const lists: Buffer[] = [];
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    const url = issuer && listUrl(certificate);
    if (!issuer || !url) continue;
    const list = await readRevocationList(await fetchList(url), issuer).catch(cause => {
      throw new BenchError('server_refused', `The revocation list at ${new URL(url).host} cannot be used.`, { cause });
    });
    if (list.revoked.has(normalSerial(certificate.serialNumber)))
      throw new BenchError(
        'server_refused',
        `The certificate of ${shortName(certificate.subject)}, which made the time stamp, was revoked. Choose another service.`,
      );
    lists.push(list.der);
  }
  return lists;
}

function listUrl(certificate: X509Certificate): string | null {
  const extensions = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.extensions ?? [];
  const found = extensions.find(({ extnID }) => extnID === id_ce_cRLDistributionPoints);
  if (!found) return null;
  const points = AsnConvert.parse(found.extnValue.buffer, CRLDistributionPoints);
  const urls = points.flatMap(point => point.distributionPoint?.fullName ?? []);
  return urls.map(name => name.uniformResourceIdentifier).find(url => url?.startsWith('http://')) ?? null;
}
