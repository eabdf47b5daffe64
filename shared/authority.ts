import { z } from 'zod';
import { Instant } from './ids.ts';
import type { MethodSpecs } from './method.ts';

export const Pem = z.string().trim().min(1).max(20_000);
/** Serial number of a certificate, hexadecimal. */
const Serial = z.string().regex(/^[0-9a-f]{2,40}$/);

/** What can be done about a site's certificates, as the journal names it. */
export const AuthorityAct = z.enum([
  'created',
  'renewed',
  'requested',
  'installed',
  'imported',
  'issued',
  'revoked',
  'list_imported',
  'token_chosen',
  'token_pin_entered',
  'token_pin_refused',
]);

export const IssuedCertificate = z.object({
  serial: Serial,
  /** Name of the station it was issued to. */
  station: z.string(),
  issuedAt: Instant,
  validUntil: Instant,
  revokedAt: Instant.nullable(),
});
export type IssuedCertificate = z.infer<typeof IssuedCertificate>;

export const AuthorityStatus = z.object({
  /** Certificate that this station signs with; null until the first report or renewal. */
  station: z
    .object({
      serial: Serial,
      subject: z.string(),
      issuer: z.string(),
      /** Whether the authority of this very bench issued it. */
      ownIssuer: z.boolean(),
      /** SHA-256 of the certificate of the issuing authority, as tools print it. */
      issuerFingerprint: z.string(),
      /** After this its key signs no more; its documents stay valid. */
      signsUntil: Instant,
      validUntil: Instant,
      state: z.enum(['good', 'soon', 'over', 'revoked']),
      /** The token that holds its key; null when that rests in the keystore. */
      token: z.object({ label: z.string(), pinRefused: z.boolean() }).nullable(),
    })
    .nullable(),
  /** A request was made for which no certificate was installed yet. */
  requested: z.boolean(),
  /** Number and end of the newest revocation list of the issuing authority; null where none is known. */
  crl: z.object({ number: z.int().nullable(), nextUpdate: Instant.nullable() }).nullable(),
  /** What the authority of this bench has issued. */
  issued: z.array(IssuedCertificate),
});
export type AuthorityStatus = z.infer<typeof AuthorityStatus>;

const manage = { access: 'station.manage', stepUp: true } as const;

/** The site's certificates: who may sign its documents. Every change is journalled. */
export const authorityMethods = {
  'authority.status': { input: z.undefined(), output: AuthorityStatus, access: 'report.read' },
  /** A new key and certificate from this bench's own authority, at once. */
  'authority.renew': { input: z.undefined(), output: AuthorityStatus, ...manage },
  /** A new key, and the request (PKCS#10) to take to the authority's bench or to the customer's. */
  'authority.request': { input: z.undefined(), output: z.object({ csrPem: Pem, fileName: z.string() }), ...manage },
  /** Installs what came back: the certificate for the last request, that of its authority, and its revocation list. */
  'authority.install': {
    input: z.object({ certificatePem: Pem, issuerPem: Pem, crlPem: Pem.optional() }),
    output: AuthorityStatus,
    ...manage,
  },
  /** A certificate for another station's request; `bundlePem` holds it, the authority and the revocation list. */
  'authority.issue': {
    input: z.object({ csrPem: Pem }),
    output: z.object({ bundlePem: z.string(), fileName: z.string() }),
    ...manage,
  },
  'authority.revoke': { input: z.object({ serial: Serial }), output: AuthorityStatus, ...manage },
  /** The newest revocation list of the issuing authority, for those who verify. */
  'authority.crl': { input: z.undefined(), output: z.object({ pem: z.string() }), access: 'report.read' },
  /** Takes in a newer list of the authority that issued this station's certificate. */
  'authority.import_crl': { input: z.object({ crlPem: Pem }), output: AuthorityStatus, ...manage },
  /** Key and certificate of the customer's own making (PKCS#12). */
  'authority.import_pkcs12': {
    input: z.object({ contentBase64: z.base64().min(1).max(100_000), password: z.string().max(256) }),
    output: AuthorityStatus,
    ...manage,
  },
} as const satisfies MethodSpecs;
