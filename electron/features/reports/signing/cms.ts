import {
  Attribute,
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifier,
  DigestAlgorithmIdentifiers,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignatureAlgorithmIdentifier,
  SignedData,
  SignerIdentifier,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import { attributeSet, oid, signedAttributes } from '../../../../shared/verify/pdf-cms.ts';
import type { Signer } from './signer.ts';

/** Detached CAdES-B-B signature (DER) over a document with this SHA-256 digest. */
export async function signDetached(digest: Uint8Array, signer: Signer): Promise<Buffer> {
  const attributes = signedAttributes(digest, signer.certificate);
  const signature = await signer.sign(attributeSet(attributes));
  const { issuer, serialNumber } = AsnConvert.parse(signer.certificate, Certificate).tbsCertificate;
  // RFC 5754: SHA-256 identifiers carry no parameters.
  const digestAlgorithm = new DigestAlgorithmIdentifier({ algorithm: oid.sha256 });
  const signerInfo = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm,
    signedAttrs: attributes.map(attribute => AsnConvert.parse(attribute, Attribute)),
    signatureAlgorithm: new SignatureAlgorithmIdentifier({ algorithm: oid.ecdsaWithSha256 }),
    signature: new OctetString(signature),
  });
  const certificates = [signer.certificate, ...signer.chain].map(
    certificate => new CertificateChoices({ certificate: AsnConvert.parse(certificate, Certificate) }),
  );
  const signed = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oid.data }),
    certificates: new CertificateSet(certificates),
    signerInfos: new SignerInfos([signerInfo]),
  });
  const content = new ContentInfo({ contentType: oid.signedData, content: AsnConvert.serialize(signed) });
  return Buffer.from(AsnConvert.serialize(content));
}
