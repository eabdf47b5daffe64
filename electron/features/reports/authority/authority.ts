import { X509Certificate } from 'node:crypto';
import type { AuthorityStatus, authorityMethods } from '../../../../shared/authority.ts';
import { BenchError } from '../../../../shared/errors.ts';
import type { OperatorId } from '../../../../shared/ids.ts';
import type { signingTokenMethods } from '../../../../shared/signing-token.ts';
import { keyFingerprint, shortName, signingPeriod } from '../../../../shared/verify/pdf-certificate.ts';
import type { Handlers } from '../../../handlers.ts';
import { type AuthorityRecord, readRecord } from './authority-record.ts';
import { assertSigns, normalSerial, readCertificate, readRevocationList, signingState, toPem } from './certificates.ts';
import { openPkcs12 } from './pkcs12.ts';
import { createStationRequest } from './site-ca.ts';
import { type AuthorityDeps, createSiteKeys } from './site-keys.ts';
import { createTokenHandlers, type Install } from './token-handlers.ts';

/** Who may sign the site's documents: renewals, requests, installed certificates, revocations. */
export function createAuthority(deps: AuthorityDeps) {
  const { settings, clock } = deps;
  const siteKeys = createSiteKeys(deps);
  const { keys, named, record, save, open, issuerPem, own, dropPin } = siteKeys;

  /** The record with a certificate of somebody else's making in the place of the present one. */
  const replaced: Install = async (before, parts) => {
    const certificate = readCertificate(parts.certificatePem, 'The certificate');
    const issuer = readCertificate(parts.issuerPem, 'The certificate of the authority');
    assertSigns(certificate, issuer, clock.now());
    const list = parts.crl === null ? null : await readRevocationList(parts.crl, issuer);
    if (list?.revoked.has(normalSerial(certificate.serialNumber)))
      throw new BenchError('bad_input', 'This certificate was revoked. Ask for another.');
    return {
      ...before,
      certificatePem: certificate.toString(),
      issuerPem: issuer.toString(),
      crlBase64: list ? list.der.toString('base64') : null,
      requestedKey: null,
      token: null,
    };
  };

  const install = async (parts: Parameters<Install>[1], act: 'installed' | 'imported', by: OperatorId) => {
    const before = await record();
    const next = await replaced(before, parts);
    const serial = normalSerial(new X509Certificate(next.certificatePem).serialNumber);
    save({ record: next, entry: { act, serial }, by });
    await dropPin(before, next);
    return status();
  };

  const status = () => statusOf(readRecord(settings), clock.now());

  const revoke = async (serial: string, by: OperatorId) => {
    const before = await record();
    const found = before.issued.find(issued => issued.serial === serial);
    if (!found) throw new BenchError('not_found', 'This bench issued no certificate with this serial number.');
    if (found.revokedAt !== null) throw new BenchError('conflict', 'This certificate is revoked already.');
    const revokedAt = new Date(clock.now()).toISOString();
    const issued = before.issued.map(each => (each === found ? { ...each, revokedAt } : each));
    const crlNumber = before.crlNumber + 1;
    const list = await own.list(await own.ca(before), crlNumber, issued);
    const crlBase64 = before.issuerPem === before.ownCaPem ? list : before.crlBase64;
    save({ record: { ...before, issued, crlNumber, crlBase64 }, entry: { act: 'revoked', serial }, by });
    return status();
  };

  const issue = async (csrPem: string, by: OperatorId) => {
    const before = await record();
    const ca = await own.ca(before);
    const { certificatePem, issued } = await own.certify(ca, csrPem);
    const all = [...before.issued, issued];
    save({ record: { ...before, issued: all }, entry: { act: 'issued', serial: issued.serial }, by });
    const crl = await own.list(ca, before.crlNumber, all);
    const bundlePem = certificatePem + ca.certificatePem + toPem('X509 CRL', Buffer.from(crl, 'base64'));
    return { bundlePem, fileName: `station-certificate-${issued.serial.slice(0, 8)}.pem` };
  };

  const handlers = {
    ...createTokenHandlers({ siteKeys, install: replaced, status }),
    'authority.status': () => status(),
    'authority.renew': async (_, caller) => {
      const before = readRecord(settings);
      const made = await own.make(before);
      save({ ...made, by: caller.operatorId });
      await dropPin(before, made.record);
      return status();
    },
    'authority.request': async (_, caller) => {
      const before = await record();
      const { keyPem, csrPem } = await createStationRequest(named());
      const requestedKey = await keys.add(keyPem);
      if (before.requestedKey !== null) await keys.drop(before.requestedKey);
      save({ record: { ...before, requestedKey }, entry: { act: 'requested', serial: null }, by: caller.operatorId });
      return { csrPem, fileName: `station-${settings.get('prefix') ?? ''}.csr.pem` };
    },
    'authority.install': async ({ certificatePem, issuerPem, crlPem }, caller) => {
      const certificate = readCertificate(certificatePem, 'The certificate');
      if (readRecord(settings)?.requestedKey !== keyFingerprint(certificate))
        throw new BenchError('bad_input', 'This certificate does not belong to the last request of this station.');
      return install({ certificatePem, issuerPem, crl: crlPem ?? null }, 'installed', caller.operatorId);
    },
    'authority.issue': ({ csrPem }, caller) => issue(csrPem, caller.operatorId),
    'authority.revoke': ({ serial }, caller) => revoke(serial, caller.operatorId),
    'authority.crl': async () => {
      const { crlBase64 } = await record();
      if (crlBase64 === null)
        throw new BenchError('not_found', 'No revocation list of the issuing authority was taken in yet.');
      return { pem: toPem('X509 CRL', Buffer.from(crlBase64, 'base64')) };
    },
    'authority.import_crl': async ({ crlPem }, caller) => {
      const before = await record();
      const issuer = new X509Certificate(before.issuerPem);
      const list = await readRevocationList(crlPem, issuer);
      const old = before.crlBase64 && (await readRevocationList(Buffer.from(before.crlBase64, 'base64'), issuer));
      if (old && (list.number ?? 0) < (old.number ?? 0))
        throw new BenchError('conflict', 'A newer revocation list is on this bench already.');
      const next = { ...before, crlBase64: list.der.toString('base64') };
      save({ record: next, entry: { act: 'list_imported', serial: null }, by: caller.operatorId });
      return status();
    },
    'authority.import_pkcs12': async ({ contentBase64, password }, caller) => {
      const { keyPem, ...parts } = await openPkcs12(Buffer.from(contentBase64, 'base64'), password);
      const certificate = readCertificate(parts.certificatePem, 'The certificate');
      assertSigns(certificate, readCertificate(parts.issuerPem, 'The authority'), clock.now());
      await keys.add(keyPem);
      return install({ ...parts, crl: null }, 'imported', caller.operatorId);
    },
  } satisfies Pick<Handlers, keyof typeof authorityMethods | keyof typeof signingTokenMethods>;

  return { handlers, open, issuerPem, status };
}

async function statusOf(known: AuthorityRecord | null, nowMs: number): Promise<AuthorityStatus> {
  if (!known) return { station: null, requested: false, crl: null, issued: [] };
  const certificate = new X509Certificate(known.certificatePem);
  const issuer = new X509Certificate(known.issuerPem);
  const list =
    known.crlBase64 === null ? null : await readRevocationList(Buffer.from(known.crlBase64, 'base64'), issuer);
  const serial = normalSerial(certificate.serialNumber);
  return {
    station: {
      serial,
      subject: shortName(certificate.subject),
      issuer: shortName(issuer.subject),
      ownIssuer: known.issuerPem === known.ownCaPem,
      issuerFingerprint: issuer.fingerprint256,
      signsUntil: new Date(signingPeriod(certificate).untilMs).toISOString(),
      validUntil: new Date(certificate.validTo).toISOString(),
      state: list?.revoked.has(serial) ? 'revoked' : signingState(certificate, nowMs),
      token: known.token && { label: known.token.label, pinRefused: known.token.pinRefused },
    },
    requested: known.requestedKey !== null,
    crl: list ? { number: list.number, nextUpdate: list.nextUpdate?.toISOString() ?? null } : null,
    issued: known.issued,
  };
}
