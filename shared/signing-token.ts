import { z } from 'zod';
import { AuthorityStatus, Pem } from './authority.ts';
import { Instant, Sha256Hex } from './ids.ts';
import type { MethodSpecs } from './method.ts';

const ModulePath = z.string().trim().min(1).max(1_000);
const TokenSerial = z.string().trim().min(1).max(64);
const KeyId = z.string().regex(/^([0-9a-f]{2}){1,64}$/);
/** It is handed to a program through its environment. */
const TokenPin = z
  .string()
  .min(1)
  .max(64)
  .regex(/^\P{Cc}+$/u);

const place = { modulePath: ModulePath, serial: TokenSerial };
const chosenKey = { ...place, keyId: KeyId, pin: TokenPin };

export const SeenToken = z.object({
  label: z.string(),
  serial: TokenSerial,
  model: z.string(),
  /** What the token says about wrong PINs before now; with one try left the bench tries none. */
  tries: z.enum(['fine', 'low', 'last', 'locked']),
});
export type SeenToken = z.infer<typeof SeenToken>;

export const SeenTokenKey = z.object({
  id: KeyId,
  label: z.string(),
  /** SHA-256 of the public key (SubjectPublicKeyInfo). */
  fingerprint: Sha256Hex,
  /** Its certificate on the token; null where there is none. */
  certificate: z.object({ subject: z.string(), issuer: z.string(), validUntil: Instant }).nullable(),
});
export type SeenTokenKey = z.infer<typeof SeenTokenKey>;

const manage = { access: 'station.manage', stepUp: true } as const;

/** Signing with a key that rests on a token (PKCS#11). A PIN that is given is tried once. */
export const signingTokenMethods = {
  /** Modules that lie where vendors put them; null when the program that drives tokens is not on this computer. */
  'authority.token_modules': {
    input: z.undefined(),
    output: z.object({ modules: z.array(z.string()).nullable() }),
    access: 'station.manage',
  },
  'authority.tokens': {
    input: z.object({ modulePath: ModulePath }),
    output: z.object({ tokens: z.array(SeenToken) }),
    ...manage,
  },
  'authority.token_keys': {
    input: z.object({ ...place, pin: TokenPin }),
    output: z.object({ keys: z.array(SeenTokenKey) }),
    ...manage,
  },
  /** A request (PKCS#10) for a key on the token, to take to an authority. */
  'authority.token_request': {
    input: z.object(chosenKey),
    output: z.object({ csrPem: Pem, fileName: z.string() }),
    ...manage,
  },
  /**
   * From now on documents are signed with this key. Its certificate comes from this bench's own authority, or is given:
   * what is left out is looked for on the token.
   */
  'authority.use_token': {
    input: z.object({
      ...chosenKey,
      certificate: z.discriminatedUnion('from', [
        z.object({ from: z.literal('own') }),
        z.object({
          from: z.literal('given'),
          certificatePem: Pem.optional(),
          issuerPem: Pem.optional(),
          crlPem: Pem.optional(),
        }),
      ]),
    }),
    output: AuthorityStatus,
    ...manage,
  },
  /** The PIN of the token in use, after it was refused or changed. */
  'authority.token_pin': { input: z.object({ pin: TokenPin }), output: AuthorityStatus, ...manage },
} as const satisfies MethodSpecs;
