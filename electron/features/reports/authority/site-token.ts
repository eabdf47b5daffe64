import { createPublicKey, X509Certificate } from 'node:crypto';
import { BenchError } from '../../../../shared/errors.ts';
import { keyFingerprint } from '../../../../shared/verify/pdf-certificate.ts';
import type { Keystore } from '../../../drivers/keystore/keystore.ts';
import type { Random } from '../../../drivers/random/random.ts';
import type { TokenKey, TokenPlace, Tokens } from '../../../drivers/token/token.ts';
import { type SignDigest, signThroughToken } from '../signing/token-signer.ts';
import type { TokenRecord } from './authority-record.ts';

export type OpenedKey = { readonly key: TokenKey; readonly label: string; readonly certificates: Uint8Array[] };

/** A key on a token with its PIN, as an admin names it. */
export type ChosenKey = TokenPlace & { readonly keyId: string; readonly pin: string };

/** The token that holds the site's document key. One act at a time: two at once could spend two tries on a wrong PIN. */
export function createSiteToken(deps: {
  tokens: Tokens;
  keystore: Keystore;
  random: Random;
  /** Whether the PIN for the key with this fingerprint was refused and no other entered since; and that it now is. */
  refused: { is(fingerprint: string): boolean; note(fingerprint: string): void };
}) {
  const { tokens, keystore, refused } = deps;
  const pinName = (fingerprint: string) => `document-token-pin-${fingerprint.slice(0, 32)}`;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work);
    last = next.catch(() => {});
    return next;
  };

  const sign = (token: TokenRecord, fingerprint: string, digest: Uint8Array) =>
    inTurn(async () => {
      const pin = refused.is(fingerprint) ? null : await keystore.get(pinName(fingerprint));
      if (pin === null)
        throw new BenchError(
          'token_pin_refused',
          'The PIN of the token that signs was refused, or is not on this bench. An admin enters it on the Station screen.',
        );
      try {
        return await tokens.signDigest(token, pin, digest);
      } catch (error) {
        if (error instanceof BenchError && error.code === 'token_pin_refused') {
          refused.note(fingerprint);
          await keystore.delete(pinName(fingerprint));
        }
        throw error;
      }
    });

  return {
    /** What the key of this certificate signs with from now on. */
    signDigest(token: TokenRecord, certificate: X509Certificate): SignDigest {
      const fingerprint = keyFingerprint(certificate);
      return digest => sign(token, fingerprint, digest);
    },
    modules: () => tokens.modules(),
    list: (modulePath: string) => inTurn(() => tokens.list(modulePath)),
    keys: (place: TokenPlace, pin: string) => inTurn(() => tokens.keys(place, pin)),
    /** Finds the key; throws `bad_input` when it is not there. */
    async open({ pin, keyId, ...place }: ChosenKey): Promise<OpenedKey> {
      const seen = await inTurn(() => tokens.list(place.modulePath));
      const { keys, certificates } = await inTurn(() => tokens.keys(place, pin));
      const key = keys.find(({ id }) => id === keyId);
      if (!key) throw new BenchError('bad_input', 'There is no ECDSA P-256 key of this name on the token.');
      const label = seen.find(({ serial }) => serial === place.serial)?.label ?? '';
      return { key, label, certificates };
    },
    /** Signs with a PIN that is not kept yet. */
    signWith({ pin, ...place }: ChosenKey): SignDigest {
      return digest => inTurn(() => tokens.signDigest(place, pin, digest));
    },
    /** Throws unless the token holds the private half of this key and signs with it. */
    async prove(chosen: ChosenKey, spki: Uint8Array): Promise<void> {
      const publicKey = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
      await signThroughToken(deps.random.bytes(32), publicKey, this.signWith(chosen));
    },
    keepPin: (certificate: X509Certificate, pin: string) => keystore.set(pinName(keyFingerprint(certificate)), pin),
    /** A PIN that is of no more use goes. */
    async dropPin(certificatePem: string): Promise<void> {
      await keystore.delete(pinName(keyFingerprint(new X509Certificate(certificatePem))));
    },
  };
}

export type SiteToken = ReturnType<typeof createSiteToken>;
