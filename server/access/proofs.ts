import { createHash, createPublicKey } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { calculateJwkThumbprint } from 'jose';
import { z } from 'zod';
import { ServerError } from '../problems.ts';
import { headerOf, verifiedJws } from './jws.ts';
import type { ReplayGuard } from './replay.ts';

/** How far the clocks of a station and of the server may be apart. */
export const skewMs = 120_000;

const Jti = z.string().min(16).max(128);
const ProofHeader = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.literal('EdDSA'),
  jwk: z.object({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().length(43),
    d: z.undefined().optional(),
  }),
});
const Proof = z.object({
  jti: Jti,
  htm: z.string(),
  htu: z.url(),
  iat: z.int(),
  ath: z.string().optional(),
});

type Deps = {
  replays: ReplayGuard;
  /** What stations call the server, when a proxy does not say it; null takes it from the request. */
  publicUrl: string | null;
  now: () => number;
};

/** Checks DPoP proofs (RFC 9449) of requests; throws ServerError 401 with what is wrong. */
export function createProofCheck({ replays, publicUrl, now }: Deps) {
  const addressOf = (request: FastifyRequest): string =>
    publicUrl === null
      ? `${request.protocol}://${request.host}${request.url}`
      : `${publicUrl.replace(/\/$/, '')}${request.url}`;

  /** The thumbprint of the key that signed the proof of this request; `token` is the one it came with. */
  return async (request: FastifyRequest, token: string | null): Promise<{ jkt: string; spend(): Promise<void> }> => {
    const { dpop } = request.headers;
    if (typeof dpop !== 'string' || dpop.length > 4_096) throw badProof('The request carries no DPoP proof.');
    const header = headerOf(dpop, ProofHeader);
    if (!header) throw badProof('The DPoP proof is not of the kind that is taken here: EdDSA with its key.');
    const { kty, crv, x } = header.jwk;
    const proof = await verifiedJws(dpop, keyOf({ kty, crv, x }), Proof);
    if (!proof) throw badProof('The DPoP proof is not signed by the key that it names.');
    if (proof.htm !== request.method || addressed(proof.htu) !== addressed(addressOf(request)))
      throw badProof('The DPoP proof belongs to another request.');
    if (token !== null && proof.ath !== createHash('sha256').update(token).digest('base64url'))
      throw badProof('The DPoP proof belongs to another token.');
    checkClock(proof.iat, now(), badProof);
    const jkt = await calculateJwkThumbprint({ kty, crv, x });
    return {
      jkt,
      /** Throws when the same proof was shown before. */
      async spend() {
        if (!(await replays.passes(['proof', jkt, proof.jti], proof.iat * 1_000 + skewMs)))
          throw badProof('This DPoP proof was used before.');
      },
    };
  };
}

export type ProofCheck = ReturnType<typeof createProofCheck>;

/** Throws what `fault` makes, with the server's time in it, when something was not made about now. */
export function checkClock(iatS: number, nowMs: number, fault: typeof badProof): void {
  if (Math.abs(iatS * 1_000 - nowMs) > skewMs)
    throw fault('The clock of the station and that of the server are too far apart.', {
      serverTime: new Date(nowMs).toISOString(),
    });
}

function badProof(detail: string, members: Record<string, string> = {}): ServerError {
  return new ServerError(401, detail, {
    headers: { 'www-authenticate': 'DPoP algs="EdDSA", error="invalid_dpop_proof"' },
    members: { error: 'invalid_dpop_proof', ...members },
  });
}

function keyOf(jwk: { kty: 'OKP'; crv: 'Ed25519'; x: string }) {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw badProof('The DPoP proof names no key.');
  }
}

/** An address without what RFC 9449 leaves out of the comparison; nothing equals what is no address. */
function addressed(address: string): string | symbol {
  if (!URL.canParse(address)) return Symbol(address);
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`;
}
