// The library registers its ASN.1 types through decorators and wants this first.
import 'reflect-metadata';
import { createPrivateKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { CRLNumber, id_ce_cRLNumber, id_ce_privateKeyUsagePeriod, PrivateKeyUsagePeriod } from '@peculiar/asn1-x509';
import * as x509 from '@peculiar/x509';
import { BenchError } from '../../../../shared/errors.ts';
import { documentSigningEku, emailProtectionEku } from '../../../../shared/verify/pdf-certificate.ts';
import type { Random } from '../../../drivers/random/random.ts';

/** A certificate (PEM) and its private key (PKCS#8 PEM, for the keystore alone). */
export type CertifiedKey = { readonly certificatePem: string; readonly keyPem: string };

const caYears = 30;
const stationYears = 15;
const signingMonths = 24;
const crlYears = 2;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The site's own authority: P-256, valid 30 years, may issue station certificates and nothing below them. */
export async function createSiteCa(options: {
  organisation: string;
  nowMs: number;
  random: Random;
}): Promise<CertifiedKey> {
  const { keyPem, keys } = await createKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(options.random),
      name: [{ O: [options.organisation] }, { CN: [`${options.organisation} Report CA`] }],
      ...validity(options.nowMs, caYears),
      signingAlgorithm: algorithm,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { certificatePem: certificate.toString('pem'), keyPem };
}

/** A new document key of a station, and its request (PKCS#10 PEM) for the site's authority. */
export async function createStationRequest(options: {
  organisation: string;
  stationName: string;
  stationId: string;
}): Promise<{ keyPem: string; csrPem: string }> {
  const { keyPem, keys } = await createKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create(
    {
      name: [{ O: [options.organisation] }, { '2.5.4.5': [options.stationId] }, { CN: [options.stationName] }],
      signingAlgorithm: algorithm,
      keys,
    },
    webcrypto,
  );
  return { keyPem, csrPem: request.toString('pem') };
}

/**
 * Certificate (PEM) for a station's request: valid 15 years so that old reports stay verifiable, its key signing for
 * 24 months. Throws BenchError `bad_input` for a request whose own signature is not good.
 */
export async function issueStationCertificate(options: {
  ca: CertifiedKey;
  csrPem: string;
  nowMs: number;
  random: Random;
}): Promise<string> {
  const request = readRequest(options.csrPem);
  if (!(await request.verify(webcrypto)))
    throw new BenchError('bad_input', 'The certificate request is damaged: make a new one at the station.');
  const ca = new x509.X509Certificate(options.ca.certificatePem);
  const { notBefore, notAfter } = validity(options.nowMs, stationYears);
  const signUntil = new Date(notBefore);
  signUntil.setUTCMonth(signUntil.getUTCMonth() + signingMonths);
  const { digitalSignature, nonRepudiation } = x509.KeyUsageFlags;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(options.random),
      subject: request.subject,
      issuer: ca.subject,
      notBefore,
      notAfter,
      signingAlgorithm: algorithm,
      publicKey: request.publicKey,
      signingKey: await importKey(options.ca.keyPem),
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(digitalSignature | nonRepudiation, true),
        new x509.ExtendedKeyUsageExtension([documentSigningEku, emailProtectionEku], false),
        await x509.SubjectKeyIdentifierExtension.create(request.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(ca, false, webcrypto),
        usagePeriod(notBefore, signUntil),
      ],
    },
    webcrypto,
  );
  return certificate.toString('pem');
}

export type RevokedCertificate = { readonly serialNumberHex: string; readonly revokedAtMs: number };

/** Revocation list (DER) of the site's authority. `number` grows with each list. */
export async function createRevocationList(options: {
  ca: CertifiedKey;
  nowMs: number;
  number: number;
  revoked: readonly RevokedCertificate[];
}): Promise<Uint8Array> {
  const ca = new x509.X509Certificate(options.ca.certificatePem);
  const { notBefore, notAfter } = validity(options.nowMs, crlYears);
  const list = await x509.X509CrlGenerator.create(
    {
      issuer: ca.subject,
      thisUpdate: notBefore,
      nextUpdate: notAfter,
      signingAlgorithm: algorithm,
      signingKey: await importKey(options.ca.keyPem),
      entries: options.revoked.map(entry => ({
        serialNumber: entry.serialNumberHex,
        revocationDate: new Date(entry.revokedAtMs),
      })),
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(ca, false, webcrypto),
        new x509.Extension(id_ce_cRLNumber, false, AsnConvert.serialize(new CRLNumber(options.number))),
      ],
    },
    webcrypto,
  );
  return new Uint8Array(list.rawData);
}

async function createKeys(): Promise<{ keyPem: string; keys: webcrypto.CryptoKeyPair }> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyPem = pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
  const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
  return { keyPem, keys: { privateKey: await importKey(keyPem), publicKey } };
}

async function importKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const pkcs8 = createPrivateKey(keyPem).export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
}

/** Common name of the station that a request names. Throws `bad_input`. */
export function requestSubject(csrPem: string): string {
  return readRequest(csrPem).subjectName.getField('CN')[0] ?? 'unnamed';
}

function readRequest(pem: string): x509.Pkcs10CertificateRequest {
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch (cause) {
    throw new BenchError('bad_input', 'This is not a certificate request (PKCS#10, PEM).', { cause });
  }
}

/** 16 random bytes, positive and of full length. */
function serialNumber(random: Random): string {
  const bytes = random.bytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

/** A document numbered while its certificate was being made, or before a small step of the clock, must still verify. */
const clockSlackMs = 3_600_000;

/** Whole seconds: certificates know nothing finer. */
function validity(nowMs: number, years: number): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date(Math.floor((nowMs - clockSlackMs) / 1000) * 1000);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + years);
  return { notBefore, notAfter };
}

function usagePeriod(notBefore: Date, notAfter: Date): x509.Extension {
  const period = AsnConvert.serialize(new PrivateKeyUsagePeriod({ notBefore, notAfter }));
  return new x509.Extension(id_ce_privateKeyUsagePeriod, false, period);
}
