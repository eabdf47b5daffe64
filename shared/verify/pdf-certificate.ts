import { createHash, type X509Certificate } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate, id_ce_privateKeyUsagePeriod, PrivateKeyUsagePeriod } from '@peculiar/asn1-x509';

/** RFC 9336; `emailProtection` stands beside it because older readers know only that. */
export const documentSigningEku = '1.3.6.1.5.5.7.3.36';
export const emailProtectionEku = '1.3.6.1.5.5.7.3.4';

/** Time in which the key of a certificate may sign (RFC 3280, 4.2.1.4), milliseconds; its validity where it says nothing. */
export function signingPeriod(certificate: X509Certificate): { fromMs: number; untilMs: number } {
  const extensions = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate.extensions ?? [];
  const found = extensions.find(extension => extension.extnID === id_ce_privateKeyUsagePeriod);
  const period = found ? AsnConvert.parse(found.extnValue.buffer, PrivateKeyUsagePeriod) : null;
  return {
    fromMs: (period?.notBefore ?? new Date(certificate.validFrom)).getTime(),
    untilMs: (period?.notAfter ?? new Date(certificate.validTo)).getTime(),
  };
}

/** SHA-256 (hex) of the certificate's SubjectPublicKeyInfo. */
export function keyFingerprint(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/** SHA-256 of the whole certificate, as tools print it: `AB:CD:…`. */
export function certificateFingerprint(certificate: X509Certificate): string {
  return certificate.fingerprint256;
}

/** Common name of a subject, or all of it. */
export function shortName(subject: string): string {
  return /^CN=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
}

/** Why `issuer` cannot vouch for `certificate` at that time, in a plain sentence; null when it can. */
export function chainProblem(certificate: X509Certificate, issuer: X509Certificate, atMs: number): string | null {
  if (!issuer.ca) return `${shortName(issuer.subject)} is not an authority.`;
  if (!certificate.checkIssued(issuer) || !certificate.verify(issuer.publicKey))
    return `The certificate was not issued by ${shortName(issuer.subject)}.`;
  for (const each of [certificate, issuer]) {
    if (atMs < Date.parse(each.validFrom) || atMs > Date.parse(each.validTo))
      return `The certificate of ${shortName(each.subject)} was not valid when the document says it was signed.`;
  }
  if (!Number.isFinite(atMs)) return 'The signature does not say when it was made.';
  if (certificate.ca || !certificate.keyUsage?.includes(documentSigningEku))
    return 'The certificate is not made for signing documents.';
  const period = signingPeriod(certificate);
  if (atMs < period.fromMs || atMs > period.untilMs)
    return 'The key of the certificate was past its signing period when the document says it was signed.';
  return null;
}
