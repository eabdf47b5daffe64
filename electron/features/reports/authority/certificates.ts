// The library registers its ASN.1 types through decorators and wants this first.
import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { BenchError } from '../../../../shared/errors.ts';
import { chainProblem, shortName, signingPeriod } from '../../../../shared/verify/pdf-certificate.ts';

const bad = (message: string, cause?: unknown) => new BenchError('bad_input', message, { cause });

/** Reads one certificate. Throws `bad_input`. */
export function readCertificate(pem: string, whose: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw bad(`${whose} cannot be read. Give it as PEM, from -----BEGIN CERTIFICATE----- on.`, cause);
  }
}

/**
 * Throws `bad_input`, saying why, unless `certificate` can sign this station's documents now: issued directly by
 * `issuer`, a self-signed authority, for an ECDSA P-256 key, for documents, within its signing period.
 */
export function assertSigns(certificate: X509Certificate, issuer: X509Certificate, nowMs: number): void {
  const { publicKey } = certificate;
  if (publicKey.asymmetricKeyType !== 'ec' || publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw bad('The certificate is not for an ECDSA P-256 key. Ask the authority for one of this kind.');
  if (!issuer.checkIssued(issuer) || !issuer.verify(issuer.publicKey))
    throw bad('The authority is not at the top of its chain. Ask for a certificate issued directly by a root.');
  const problem = chainProblem(certificate, issuer, nowMs);
  if (problem) throw bad(problem);
}

export type ReadList = {
  der: Buffer;
  number: number | null;
  nextUpdate: Date | null;
  revoked: ReadonlyMap<string, Date>;
};

/** Reads a revocation list and checks that `issuer` signed it. Throws `bad_input`. */
export async function readRevocationList(pemOrDer: string | Uint8Array, issuer: X509Certificate): Promise<ReadList> {
  let list: x509.X509Crl;
  try {
    list = new x509.X509Crl(typeof pemOrDer === 'string' ? pemOrDer : Uint8Array.from(pemOrDer));
  } catch (cause) {
    throw bad('The revocation list cannot be read. Give it as PEM, from -----BEGIN X509 CRL----- on.', cause);
  }
  const signer = new x509.X509Certificate(Uint8Array.from(issuer.raw));
  if (list.issuer !== signer.subject || !(await list.verify({ publicKey: signer.publicKey })))
    throw bad(`The revocation list was not made by ${shortName(issuer.subject)}.`);
  const number = list.getExtension<x509.Extension>('2.5.29.20');
  return {
    der: Buffer.from(list.rawData),
    number: number ? Number(BigInt(`0x${Buffer.from(number.value).subarray(2).toString('hex') || '0'}`)) : null,
    nextUpdate: list.nextUpdate ?? null,
    revoked: new Map(list.entries.map(entry => [normalSerial(entry.serialNumber), entry.revocationDate])),
  };
}

/** Lower case, without the zero byte that keeps a DER integer positive. */
export function normalSerial(serial: string): string {
  return serial.toLowerCase().replace(/^(00)+(?=..)/, '');
}

const soonMs = 60 * 86_400_000;

/** How much longer the key of a certificate may sign. */
export function signingState(certificate: X509Certificate, nowMs: number): 'good' | 'soon' | 'over' {
  const { fromMs, untilMs } = signingPeriod(certificate);
  if (nowMs < fromMs || nowMs > untilMs) return 'over';
  return untilMs - nowMs < soonMs ? 'soon' : 'good';
}

export function toPem(kind: 'X509 CRL', der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${kind}-----\n${lines.join('\n')}\n-----END ${kind}-----\n`;
}
