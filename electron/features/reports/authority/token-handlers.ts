import { createHash, X509Certificate } from 'node:crypto';
import type { AuthorityStatus } from '../../../../shared/authority.ts';
import type { Parsed } from '../../../../shared/contract.ts';
import { BenchError } from '../../../../shared/errors.ts';
import type { OperatorId } from '../../../../shared/ids.ts';
import type { SeenTokenKey, signingTokenMethods } from '../../../../shared/signing-token.ts';
import { shortName } from '../../../../shared/verify/pdf-certificate.ts';
import type { TokenKey } from '../../../drivers/token/token.ts';
import type { Handlers } from '../../../handlers.ts';
import type { AuthorityRecord } from './authority-record.ts';
import { readCertificate } from './certificates.ts';
import { entryOf, type SiteKeysPart } from './site-keys.ts';
import type { ChosenKey, OpenedKey } from './site-token.ts';
import { createTokenRequest } from './token-request.ts';

/** What a certificate of somebody else's making replaces in the record; the list is PEM. */
export type Install = (
  before: AuthorityRecord,
  parts: { certificatePem: string; issuerPem: string; crl: string | null },
) => Promise<AuthorityRecord>;

type Chosen = Parsed<'authority.use_token'>;

const bad = (message: string) => new BenchError('bad_input', message);

/** Choosing the token that signs, and its PIN. */
export function createTokenHandlers(deps: {
  siteKeys: SiteKeysPart;
  install: Install;
  status(): Promise<AuthorityStatus>;
}) {
  const { install, status } = deps;
  const { token, named, record, save, own, dropPin } = deps.siteKeys;

  const request = (chosen: ChosenKey, { key }: OpenedKey) =>
    createTokenRequest({ ...named(), spki: key.spki, signDigest: token.signWith(chosen) });

  const fromOwn = async (before: AuthorityRecord, csrPem: string): Promise<AuthorityRecord> => {
    const ca = await own.ca(before);
    const { certificatePem, issued } = await own.certify(ca, csrPem);
    const all = [...before.issued, issued];
    const crlNumber = before.crlNumber + 1;
    const crlBase64 = await own.list(ca, crlNumber, all);
    return { ...before, certificatePem, issuerPem: ca.certificatePem, issued: all, crlNumber, crlBase64 };
  };

  const use = async ({ certificate: from, ...chosen }: Chosen, by: OperatorId) => {
    const opened = await token.open(chosen);
    const before = await record();
    let made: AuthorityRecord;
    if (from.from === 'own') made = await fromOwn(before, await request(chosen, opened));
    else {
      made = await install(before, givenParts(from, opened));
      await token.prove(chosen, opened.key.spki);
    }
    const certificate = new X509Certificate(made.certificatePem);
    await token.keepPin(certificate, chosen.pin);
    const { modulePath, serial, keyId } = chosen;
    const next = { ...made, token: { modulePath, serial, keyId, label: opened.label, pinRefused: false } };
    save({ record: next, entry: { act: 'token_chosen', ...entryOf(certificate) }, by });
    await dropPin(before, next);
    return status();
  };

  const enterPin = async (pin: string, by: OperatorId) => {
    const before = await record();
    if (before.token === null) throw new BenchError('conflict', 'No token signs for this station.');
    const certificate = new X509Certificate(before.certificatePem);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    await token.prove({ ...before.token, pin }, spki);
    await token.keepPin(certificate, pin);
    const next = { ...before, token: { ...before.token, pinRefused: false } };
    save({ record: next, entry: { act: 'token_pin_entered', ...entryOf(certificate) }, by });
    return status();
  };

  return {
    'authority.token_modules': () => ({ modules: token.modules()?.slice() ?? null }),
    'authority.tokens': async ({ modulePath }) => ({ tokens: await token.list(modulePath) }),
    'authority.token_keys': async ({ pin, ...place }) => {
      const { keys } = await token.keys(place, pin);
      return { keys: keys.map(seenKey) };
    },
    'authority.token_request': async chosen => ({
      csrPem: await request(chosen, await token.open(chosen)),
      fileName: `token-${chosen.serial.replaceAll(/[^0-9A-Za-z]/g, '').slice(0, 16)}.csr.pem`,
    }),
    'authority.use_token': (chosen, caller) => use(chosen, caller.operatorId),
    'authority.token_pin': ({ pin }, caller) => enterPin(pin, caller.operatorId),
  } satisfies Pick<Handlers, keyof typeof signingTokenMethods>;
}

/** What the admin left out is looked for on the token. Throws `bad_input`. */
function givenParts(
  given: Extract<Chosen['certificate'], { from: 'given' }>,
  { key, certificates }: OpenedKey,
): Parameters<Install>[1] {
  const certificate =
    given.certificatePem === undefined
      ? key.certificate && new X509Certificate(key.certificate)
      : readCertificate(given.certificatePem, 'The certificate');
  if (!certificate) throw bad('There is no certificate for this key on the token. Give the certificate as PEM.');
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  if (!spki.equals(key.spki)) throw bad('This certificate does not belong to the key on the token.');
  const onToken = () => certificates.map(der => new X509Certificate(der)).find(each => certificate.checkIssued(each));
  const issuer =
    given.issuerPem === undefined ? onToken() : readCertificate(given.issuerPem, 'The certificate of the authority');
  if (!issuer) throw bad('The certificate of the issuing authority is not on the token. Give it as PEM.');
  return { certificatePem: certificate.toString(), issuerPem: issuer.toString(), crl: given.crlPem ?? null };
}

function seenKey({ id, label, spki, certificate }: TokenKey): SeenTokenKey {
  const read = certificate && new X509Certificate(certificate);
  return {
    id,
    label,
    fingerprint: createHash('sha256').update(spki).digest('hex'),
    certificate: read && {
      subject: shortName(read.subject),
      issuer: shortName(read.issuer),
      validUntil: new Date(read.validTo).toISOString(),
    },
  };
}
