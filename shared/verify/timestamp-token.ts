import { createHash, verify, X509Certificate } from 'node:crypto';
import {
  CertificateChoices,
  CertificateSet,
  ContentInfo,
  DigestAlgorithmIdentifier,
  DigestAlgorithmIdentifiers,
  EncapsulatedContent,
  EncapsulatedContentInfo,
  SignatureAlgorithmIdentifier,
  SignedData,
  SignerInfo,
  SignerInfos,
} from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { TimeStampToken, TSTInfo } from '@peculiar/asn1-tsp';
import { Certificate } from '@peculiar/asn1-x509';
import { attributeSet, der, derOid, isSignedBy, oid } from './pdf-cms.ts';

/** A time stamp (RFC 3161) whose own signature holds. */
export type OpenedTimestamp = {
  /** When the authority saw the digest, milliseconds since 1970. */
  readonly timeMs: number;
  /** Number that the asker chose, as big-endian bytes; null where the token repeats none. */
  readonly nonce: Buffer | null;
  readonly signer: X509Certificate;
  /** What the token carries: the signer, then its authorities. */
  readonly certificates: readonly X509Certificate[];
};

const tstInfo = '1.2.840.113549.1.9.16.1.4';
const signingCertificate = '1.2.840.113549.1.9.16.2.12';
const timeStampingEku = '1.3.6.1.5.5.7.3.8';

const digests: Readonly<Record<string, string>> = {
  [oid.sha256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
/** Signature algorithms with the digest they fix; null leaves it to the digest algorithm (RFC 3370, RFC 5754). */
const signatures: Readonly<Record<string, string | null>> = {
  '1.2.840.113549.1.1.1': null,
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  [oid.ecdsaWithSha256]: 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

/**
 * Opens a time stamp over a SHA-256 digest: imprint, signature (RSA or ECDSA with SHA-2), and that its certificate is for
 * time stamping alone. Who issued that certificate is `timestampPath`'s question. Throws RangeError with a plain sentence.
 */
export function openTimestamp(token: Uint8Array, digest: Uint8Array): OpenedTimestamp {
  try {
    return open(token, digest);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError('The time stamp cannot be read.', { cause: error });
  }
}

function open(token: Uint8Array, digest: Uint8Array): OpenedTimestamp {
  const parts = parse(token);
  const { info, certificates, signerInfo, content } = parts;
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  if (hashAlgorithm.algorithm !== oid.sha256 || !Buffer.from(hashedMessage.buffer).equals(digest))
    throw new RangeError('The time stamp is about something else.');
  const [signer] = certificates;
  if (!signer || !isSignedBy(signer, signerInfo) || !encode(parts).equals(token))
    throw new RangeError('The time stamp holds more than it should.');
  checkSignature(signerInfo, content, signer);
  if (signer.keyUsage?.length !== 1 || signer.keyUsage[0] !== timeStampingEku)
    throw new RangeError('The certificate of the time stamp is not made for time stamping alone.');
  const nonce = info.nonce ? Buffer.from(info.nonce) : null;
  return { timeMs: info.genTime.getTime(), nonce, signer, certificates };
}

/**
 * A token as an authority sent it, brought into the one form that `openTimestamp` takes: the signed parts as they are,
 * the chain of the signer alone, nothing else that is unsigned. Throws RangeError for what is no time stamp.
 */
export function normalTimestamp(token: Uint8Array): Buffer {
  try {
    const parts = parse(token);
    const signer = parts.certificates.find(certificate => isSignedBy(certificate, parts.signerInfo));
    if (!signer) throw new RangeError('The time stamp does not carry the certificate of its authority.');
    return encode({ ...parts, certificates: chainIn(parts.certificates, signer) });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new RangeError('The time stamp cannot be read.', { cause: error });
  }
}

type Parts = { info: TSTInfo; content: Buffer; signerInfo: SignerInfo; certificates: X509Certificate[] };

function parse(token: Uint8Array): Parts {
  const signed = AsnConvert.parse(AsnConvert.parse(token, TimeStampToken).content, SignedData);
  const [signerInfo, ...others] = signed.signerInfos;
  const octets = signed.encapContentInfo.eContent?.single?.buffer;
  if (!signerInfo || others.length > 0 || signed.encapContentInfo.eContentType !== tstInfo || !octets)
    throw new RangeError('This is no time stamp.');
  const certificates = [...(signed.certificates ?? [])].flatMap(choice =>
    choice.certificate ? [new X509Certificate(Buffer.from(AsnConvert.serialize(choice.certificate)))] : [],
  );
  return { info: AsnConvert.parse(octets, TSTInfo), content: Buffer.from(octets), signerInfo, certificates };
}

/** RFC 5652 with as little as RFC 3161 needs. */
function encode({ content, signerInfo, certificates }: Parts): Buffer {
  const digestAlgorithm = new DigestAlgorithmIdentifier({ algorithm: signerInfo.digestAlgorithm.algorithm });
  const { algorithm } = signerInfo.signatureAlgorithm;
  // RFC 3370: NULL for RSA; RFC 5754: nothing for ECDSA.
  const parameters = algorithm.startsWith('1.2.840.113549.') ? Uint8Array.from([0x05, 0x00]).buffer : undefined;
  const info = new SignerInfo({
    version: 1,
    sid: signerInfo.sid,
    digestAlgorithm,
    ...(signerInfo.signedAttrs && { signedAttrs: signerInfo.signedAttrs }),
    signatureAlgorithm: new SignatureAlgorithmIdentifier({ algorithm, ...(parameters && { parameters }) }),
    signature: signerInfo.signature,
  });
  const choices = certificates.map(
    ({ raw }) => new CertificateChoices({ certificate: AsnConvert.parse(raw, Certificate) }),
  );
  const signed = new SignedData({
    version: 3,
    digestAlgorithms: new DigestAlgorithmIdentifiers([digestAlgorithm]),
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: tstInfo,
      eContent: new EncapsulatedContent({ single: new OctetString(content) }),
    }),
    certificates: new CertificateSet(choices),
    signerInfos: new SignerInfos([info]),
  });
  const outer = new ContentInfo({ contentType: oid.signedData, content: AsnConvert.serialize(signed) });
  return Buffer.from(AsnConvert.serialize(outer));
}

function checkSignature(info: SignerInfo, content: Buffer, signer: X509Certificate): void {
  const hash = digests[info.digestAlgorithm.algorithm];
  const fixed = signatures[info.signatureAlgorithm.algorithm];
  const attributes = info.signedAttrs ?? [];
  if (hash === undefined || fixed === undefined || attributes.length === 0 || (fixed !== null && fixed !== hash))
    throw new RangeError('The time stamp is signed in a way that is not accepted: RSA or ECDSA with SHA-2 is.');
  const tbs = attributeSet(attributes.map(attribute => Buffer.from(AsnConvert.serialize(attribute))));
  if (!verify(hash, tbs, signer.publicKey, Buffer.from(info.signature.buffer)))
    throw new RangeError('The signature of the time stamp does not hold.');
  const values = (type: string) =>
    attributes.filter(({ attrType }) => attrType === type).flatMap(({ attrValues }) => attrValues);
  const [digest] = values(oid.messageDigest);
  const [type] = values(oid.contentType);
  const held = digest && Buffer.from(AsnConvert.parse(digest, OctetString).buffer);
  if (!held?.equals(createHash(hash).update(content).digest()) || !type || !Buffer.from(type).equals(derOid(tstInfo)))
    throw new RangeError('The time stamp was changed after it was signed.');
  const names = [...values(signingCertificate), ...values(oid.signingCertificateV2)].map(value => Buffer.from(value));
  const digestsOfCertificate = ['sha1', ...Object.values(digests)].map(name =>
    der(0x04, createHash(name).update(signer.raw).digest()),
  );
  if (!names.some(name => digestsOfCertificate.some(each => name.includes(each))))
    throw new RangeError('The time stamp does not name its certificate.');
}

const longestChain = 6;

/** The signer and what stands above it among these certificates, nearest first. */
function chainIn(certificates: readonly X509Certificate[], signer: X509Certificate): X509Certificate[] {
  const chain = [signer];
  for (let here = signer; chain.length < longestChain; ) {
    const issuer = certificates.find(each => !chain.includes(each) && isIssuedBy(here, each));
    if (!issuer) break;
    chain.push(issuer);
    here = issuer;
  }
  return chain;
}

/**
 * The certificates from the one that signed up to `anchor`, each issued by the next and valid at the time of the stamp;
 * null when they do not lead there.
 */
export function timestampPath(stamp: OpenedTimestamp, anchor: X509Certificate): X509Certificate[] | null {
  const chain = chainIn(stamp.certificates, stamp.signer);
  const at = chain.findIndex(certificate => isIssuedBy(certificate, anchor));
  if (at < 0) return null;
  const path = [...chain.slice(0, at + 1), anchor].filter(
    (certificate, index, all) => index === 0 || !certificate.raw.equals(all[index - 1]?.raw ?? Buffer.alloc(0)),
  );
  // What the token carries beyond the anchor would be vouched for by nobody.
  const known = stamp.certificates.every(each => path.some(({ raw }) => raw.equals(each.raw)));
  return known && path.every(each => isValidAt(each, stamp.timeMs)) ? path : null;
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isValidAt(certificate: X509Certificate, atMs: number): boolean {
  return atMs >= Date.parse(certificate.validFrom) && atMs <= Date.parse(certificate.validTo);
}
