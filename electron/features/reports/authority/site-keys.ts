import { createHash, X509Certificate } from 'node:crypto';
import type { IssuedCertificate } from '../../../../shared/authority.ts';
import { BenchError } from '../../../../shared/errors.ts';
import type { EntryData } from '../../../../shared/events.ts';
import type { OperatorId } from '../../../../shared/ids.ts';
import { keyFingerprint } from '../../../../shared/verify/pdf-certificate.ts';
import type { Database } from '../../../database/database.ts';
import type { Clock } from '../../../drivers/clock/clock.ts';
import type { Keystore } from '../../../drivers/keystore/keystore.ts';
import type { Random } from '../../../drivers/random/random.ts';
import type { Tokens } from '../../../drivers/token/token.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Settings } from '../../station/settings.ts';
import { createPemSigner, type Signer } from '../signing/signer.ts';
import { createTokenSigner } from '../signing/token-signer.ts';
import { type AuthorityRecord, createDocumentKeys, readRecord } from './authority-record.ts';
import { normalSerial, readRevocationList } from './certificates.ts';
import {
  type CertifiedKey,
  createRevocationList,
  createSiteCa,
  createStationRequest,
  issueStationCertificate,
  requestSubject,
} from './site-ca.ts';
import { createSiteToken } from './site-token.ts';

export type SiteKeys = {
  signer: Signer;
  /** SHA-256 (hex) of the signing key's SubjectPublicKeyInfo. */
  fingerprint: string;
  /** Chain and newest revocation list, DER, for the validation data inside a report. */
  validation: { certificates: Uint8Array[]; crls: Uint8Array[] };
};

export type AuthorityDeps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  keystore: Keystore;
  clock: Clock;
  random: Random;
  tokens: Tokens;
};

export type Change = { record: AuthorityRecord; entry: EntryData<'authority.changed'>; by: OperatorId | null };

/** The keys and certificates that documents are signed with, and the authority of this bench that issues them. */
export function createSiteKeys(deps: AuthorityDeps) {
  const { database, journal, settings, clock, random } = deps;
  const keys = createDocumentKeys(deps.keystore);
  const named = () => ({
    organisation: settings.get('site-name') ?? 'Unnamed site',
    stationName: settings.get('station-name') ?? 'Unnamed station',
    stationId: settings.get('station-id') ?? '',
  });

  const save = ({ record, entry, by }: Change) =>
    database.write(tx => {
      settings.set(tx, 'site-authority', JSON.stringify(record));
      journal.append(tx, { type: 'authority.changed', ...(by ? { actor: by } : {}), data: entry });
    });

  const tokenInUse = (fingerprint: string) => {
    const known = readRecord(settings);
    if (!known?.token) return null;
    const certificate = new X509Certificate(known.certificatePem);
    return keyFingerprint(certificate) === fingerprint ? { known, place: known.token, certificate } : null;
  };
  const token = createSiteToken({
    ...deps,
    refused: {
      is: fingerprint => tokenInUse(fingerprint)?.place.pinRefused === true,
      note(fingerprint) {
        const used = tokenInUse(fingerprint);
        if (!used) return;
        const next = { ...used.known, token: { ...used.place, pinRefused: true } };
        save({ record: next, entry: { act: 'token_pin_refused', ...entryOf(used.certificate) }, by: null });
      },
    },
  });

  /** Takes the PIN of a token that no longer signs out of the keystore. */
  const dropPin = async (before: AuthorityRecord | null, { certificatePem }: AuthorityRecord) => {
    if (!before?.token) return;
    const fingerprintOf = (pem: string) => keyFingerprint(new X509Certificate(pem));
    if (fingerprintOf(before.certificatePem) !== fingerprintOf(certificatePem))
      await token.dropPin(before.certificatePem);
  };

  /** The own authority with its key; throws where a restored bench no longer has it. */
  const ownCa = async ({ ownCaPem }: AuthorityRecord): Promise<CertifiedKey> => {
    const keyPem = await keys.ofCertificate(ownCaPem);
    if (keyPem === null)
      throw new BenchError(
        'conflict',
        'The key of this site’s authority is not on this bench. Make a request and take it to the bench that has it.',
      );
    return { certificatePem: ownCaPem, keyPem };
  };

  const listOf = async (ca: CertifiedKey, number: number, issued: readonly IssuedCertificate[]) => {
    const revoked = issued.flatMap(({ serial, revokedAt }) =>
      revokedAt === null ? [] : [{ serialNumberHex: serial, revokedAtMs: Date.parse(revokedAt) }],
    );
    return Buffer.from(await createRevocationList({ ca, nowMs: clock.now(), number, revoked })).toString('base64');
  };

  const certify = async (ca: CertifiedKey, csrPem: string) => {
    const certificatePem = await issueStationCertificate({ ca, csrPem, nowMs: clock.now(), random });
    const certificate = new X509Certificate(certificatePem);
    const issued: IssuedCertificate = {
      serial: normalSerial(certificate.serialNumber),
      station: requestSubject(csrPem),
      issuedAt: new Date(clock.now()).toISOString(),
      validUntil: new Date(certificate.validTo).toISOString(),
      revokedAt: null,
    };
    return { certificatePem, issued };
  };

  /** A new key and certificate from the own authority. The key is safe before anything names it. */
  const makeOwn = async (before: AuthorityRecord | null): Promise<Omit<Change, 'by'>> => {
    const isLost = before !== null && (await keys.ofCertificate(before.ownCaPem)) === null;
    const ca =
      before && !isLost
        ? await ownCa(before)
        : await createSiteCa({ organisation: named().organisation, nowMs: clock.now(), random });
    await keys.add(ca.keyPem);
    const { keyPem, csrPem } = await createStationRequest(named());
    await keys.add(keyPem);
    const { certificatePem, issued } = await certify(ca, csrPem);
    const all = [...(isLost ? [] : (before?.issued ?? [])), issued];
    const crlNumber = isLost ? 1 : (before?.crlNumber ?? 0) + 1;
    return {
      record: {
        ownCaPem: ca.certificatePem,
        issued: all,
        crlNumber,
        certificatePem,
        issuerPem: ca.certificatePem,
        crlBase64: await listOf(ca, crlNumber, all),
        requestedKey: null,
        token: null,
      },
      entry: { act: before === null || isLost ? 'created' : 'renewed', serial: issued.serial },
    };
  };

  let making: Promise<AuthorityRecord> | null = null;
  /** What stands, made the first time it is asked for; two reports at once make one authority. */
  const record = async (): Promise<AuthorityRecord> => {
    const known = readRecord(settings);
    if (known?.token) return known;
    if (known && (await keys.ofCertificate(known.certificatePem)) !== null) return known;
    making ??= makeOwn(known)
      .then(made => {
        save({ ...made, by: null });
        return made.record;
      })
      .finally(() => {
        making = null;
      });
    return making;
  };

  const signerOf = async ({ token: place, certificatePem, issuerPem }: AuthorityRecord): Promise<Signer> => {
    const certified = { certificatePem, chainPem: [issuerPem] };
    if (place) {
      const signDigest = token.signDigest(place, new X509Certificate(certificatePem));
      return createTokenSigner({ ...certified, signDigest });
    }
    const keyPem = await keys.ofCertificate(certificatePem);
    if (keyPem === null) throw new BenchError('keystore_unavailable', 'The signing key is not in the keystore.');
    return createPemSigner({ ...certified, keyPem });
  };

  /** What reports are signed with; made when it is first needed. Throws `keystore_unavailable`. */
  const open = async (): Promise<SiteKeys> => {
    const known = await record();
    const { certificatePem, issuerPem, crlBase64 } = known;
    const crl = crlBase64 === null ? null : Buffer.from(crlBase64, 'base64');
    const certificate = new X509Certificate(certificatePem);
    const list = crl && (await readRevocationList(crl, new X509Certificate(issuerPem)));
    if (list?.revoked.has(normalSerial(certificate.serialNumber)))
      throw new BenchError(
        'report_failed',
        'The certificate of this station was revoked. An admin renews it on the Station screen.',
      );
    const signer = await signerOf(known);
    return {
      signer,
      fingerprint: keyFingerprint(certificate),
      validation: {
        certificates: [signer.certificate, ...signer.chain].map(der => Uint8Array.from(der)),
        crls: crl ? [Uint8Array.from(crl)] : [],
      },
    };
  };

  /** Certificate of the authority that outsiders check this station's documents against, PEM. */
  const issuerPem = async () => (await record()).issuerPem;

  const own = { ca: ownCa, certify, list: listOf, make: makeOwn };
  return { keys, token, named, record, save, open, issuerPem, own, dropPin };
}

export type SiteKeysPart = ReturnType<typeof createSiteKeys>;

/** What the journal says about a certificate whose key rests on a token. */
export function entryOf({ serialNumber, raw }: X509Certificate) {
  return { serial: normalSerial(serialNumber), certificate: createHash('sha256').update(raw).digest('hex') };
}
