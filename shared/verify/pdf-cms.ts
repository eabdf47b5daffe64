import { createHash, verify, X509Certificate } from 'node:crypto';
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

export const oid = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  timeStampToken: '1.2.840.113549.1.9.16.2.14',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** DER type-length-value. */
export function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  if (size < 0x80) return Buffer.concat([Buffer.from([tag, size]), content]);
  const length = Buffer.from(size.toString(16).padStart(size > 0xffff ? 6 : size > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, content]);
}

export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const base128 = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      base128.unshift((left & 0x7f) | 0x80);
    bytes.push(...base128);
  }
  return der(0x06, Buffer.from(bytes));
}

/**
 * What a PAdES baseline signature signs (RFC 5652, RFC 5035): content type, digest of the document and the signing
 * certificate, each as DER, in the order of a DER set. No signing time: the PDF's own dictionary carries the claim.
 */
export function signedAttributes(digest: Uint8Array, certificate: Uint8Array): Buffer[] {
  const { issuer, serialNumber } = AsnConvert.parse(certificate, Certificate).tbsCertificate;
  const issuerSerial = der(
    0x30,
    der(0x30, der(0xa4, Buffer.from(AsnConvert.serialize(issuer)))),
    der(0x02, Buffer.from(serialNumber)),
  );
  const certHash = createHash('sha256').update(certificate).digest();
  const essCertId = der(0x30, der(0x04, certHash), issuerSerial);
  const attribute = (type: string, value: Buffer) => der(0x30, derOid(type), der(0x31, value));
  return [
    attribute(oid.contentType, derOid(oid.data)),
    attribute(oid.messageDigest, der(0x04, digest)),
    attribute(oid.signingCertificateV2, der(0x30, der(0x30, essCertId))),
  ].sort(Buffer.compare);
}

/** The bytes the key signs: the attributes as a SET. */
export function attributeSet(attributes: readonly Buffer[]): Buffer {
  return der(0x31, ...attributes);
}

/**
 * Detached signature as DER, the signer's certificate first, a time stamp over the signature where there is one. There is
 * one encoding of the same parts, so that a verifier can ask for exactly these bytes.
 */
export function encodeCms(
  certificates: readonly Uint8Array[],
  attributes: readonly Uint8Array[],
  signature: Uint8Array,
  timestamp: Uint8Array | null = null,
): Buffer {
  const parsed = certificates.map(certificate => AsnConvert.parse(certificate, Certificate));
  const [signer] = parsed;
  if (!signer) throw new RangeError('A signature needs the certificate of its signer.');
  const { issuer, serialNumber } = signer.tbsCertificate;
  // RFC 5754: SHA-256 identifiers carry no parameters.
  const digestAlgorithm = new DigestAlgorithmIdentifier({ algorithm: oid.sha256 });
  const signerInfo = new SignerInfo({
    version: 1,
    sid: new SignerIdentifier({ issuerAndSerialNumber: new IssuerAndSerialNumber({ issuer, serialNumber }) }),
    digestAlgorithm,
    signedAttrs: attributes.map(attribute => AsnConvert.parse(attribute, Attribute)),
    signatureAlgorithm: new SignatureAlgorithmIdentifier({ algorithm: oid.ecdsaWithSha256 }),
    signature: new OctetString(signature),
    ...(timestamp && {
      unsignedAttrs: [new Attribute({ attrType: oid.timeStampToken, attrValues: [Uint8Array.from(timestamp).buffer] })],
    }),
  });
  const signed = new SignedData({
    version: 1,
    digestAlgorithms: new DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: oid.data }),
    certificates: new CertificateSet(parsed.map(certificate => new CertificateChoices({ certificate }))),
    signerInfos: new SignerInfos([signerInfo]),
  });
  const content = new ContentInfo({ contentType: oid.signedData, content: AsnConvert.serialize(signed) });
  return Buffer.from(AsnConvert.serialize(content));
}

export type OpenedCms = {
  readonly signer: X509Certificate;
  readonly certificates: readonly X509Certificate[];
  /** The bare signature, which a time stamp is about. */
  readonly signature: Buffer;
  /** Time stamp over the signature, DER, unchecked; null where there is none. */
  readonly timestamp: Buffer | null;
};

/** The same signature with a time stamp over it. Throws RangeError for anything but one good signature without one. */
export function stampCms(cms: Uint8Array, digest: Uint8Array, timestamp: Uint8Array): Buffer {
  const { certificates, signer, signature, timestamp: present } = openCms(cms, digest);
  if (present) throw new RangeError('The signature carries a time stamp already.');
  const chain = [signer, ...certificates.filter(certificate => certificate !== signer)];
  const raw = chain.map(certificate => certificate.raw);
  return encodeCms(raw, signedAttributes(digest, signer.raw), signature, timestamp);
}

/**
 * Checks a detached signature over `digest` (SHA-256 of the signed bytes) and answers with its certificates. Throws
 * RangeError, whose message is a plain sentence, for anything that is not exactly one good CAdES baseline signature
 * with ECDSA P-256 and SHA-256.
 */
export function openCms(cms: Uint8Array, digest: Uint8Array): OpenedCms {
  try {
    return open(cms, digest);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    // A damaged key or signature makes OpenSSL and the ASN.1 reader throw errors of their own.
    throw new RangeError('The signature cannot be read.', { cause: error });
  }
}

function open(cms: Uint8Array, digest: Uint8Array): OpenedCms {
  const { signerInfo, certificates } = parse(cms);
  const signer = certificates.find(certificate => isSignedBy(certificate, signerInfo));
  if (!signer) throw new RangeError('The certificate of the signer is not in the file.');
  if (signerInfo.signatureAlgorithm.algorithm !== oid.ecdsaWithSha256 || !isP256(signer))
    throw new RangeError('The signature is not ECDSA with P-256 and SHA-256.');
  const wanted = signedAttributes(digest, signer.raw);
  const present = (signerInfo.signedAttrs ?? []).map(attribute => Buffer.from(AsnConvert.serialize(attribute)));
  if (!present.some(attribute => attribute.equals(digestAttribute(digest))))
    throw new RangeError('The signed bytes were changed after signing.');
  const same = present.length === wanted.length && wanted.every(w => present.some(p => p.equals(w)));
  if (!same) throw new RangeError('The signature does not name its certificate as PAdES requires.');
  const tbs = attributeSet([...present].sort(Buffer.compare));
  const signature = Buffer.from(signerInfo.signature.buffer);
  if (!verify('sha256', tbs, signer.publicKey, signature))
    throw new RangeError('The signature does not verify with the key of its certificate.');
  const chain = [signer, ...certificates.filter(certificate => certificate !== signer)];
  const timestamp = timestampIn(signerInfo);
  const raw = chain.map(certificate => certificate.raw);
  if (!encodeCms(raw, wanted, signature, timestamp).equals(cms) || !isChain(chain))
    throw new RangeError('The signature holds more than it should.');
  return { signer, certificates, signature, timestamp };
}

function timestampIn({ unsignedAttrs = [] }: SignerInfo): Buffer | null {
  const [value] = unsignedAttrs.find(({ attrType }) => attrType === oid.timeStampToken)?.attrValues ?? [];
  return value ? Buffer.from(value) : null;
}

/** Each certificate was issued by the next one, the last by itself: no bit of them is left unchecked. */
function isChain(chain: readonly X509Certificate[]): boolean {
  return chain.every((certificate, index) => {
    const issuer = chain[index + 1] ?? certificate;
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  });
}

function digestAttribute(digest: Uint8Array): Buffer {
  return der(0x30, derOid(oid.messageDigest), der(0x31, der(0x04, digest)));
}

function parse(cms: Uint8Array): { signerInfo: SignerInfo; certificates: X509Certificate[] } {
  const content = AsnConvert.parse(cms, ContentInfo);
  const signed = AsnConvert.parse(content.content, SignedData);
  const [signerInfo, ...others] = signed.signerInfos;
  if (!signerInfo || others.length > 0) throw new RangeError('There is not exactly one signer.');
  const certificates = [...(signed.certificates ?? [])].flatMap(choice =>
    choice.certificate ? [new X509Certificate(Buffer.from(AsnConvert.serialize(choice.certificate)))] : [],
  );
  return { signerInfo, certificates };
}

/** Whether a signature names this certificate, by issuer and serial number, as the one it was made with. */
export function isSignedBy(certificate: X509Certificate, { sid }: SignerInfo): boolean {
  const named = sid.issuerAndSerialNumber;
  if (!named) return false;
  const { issuer, serialNumber } = AsnConvert.parse(certificate.raw, Certificate).tbsCertificate;
  const same = (a: ArrayBuffer, b: ArrayBuffer) => Buffer.from(a).equals(Buffer.from(b));
  return (
    same(serialNumber, named.serialNumber) && same(AsnConvert.serialize(issuer), AsnConvert.serialize(named.issuer))
  );
}

function isP256({ publicKey }: X509Certificate): boolean {
  return publicKey.asymmetricKeyType === 'ec' && publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1';
}
