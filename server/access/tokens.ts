import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { CompactSign } from 'jose';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import type { ServerTables } from '../database/tables.ts';
import { ServerError } from '../problems.ts';
import type { TokenRequest } from '../schemas.ts';
import { headerOf, publicKeyOf, verifiedJws } from './jws.ts';
import { checkClock, createProofCheck, skewMs } from './proofs.ts';
import { createReplayGuard } from './replay.ts';
import { retire, retiringKey } from './retiring.ts';

/** The station that a request proved to come from; throws ServerError 401 or 403. */
export type StationOf = (request: FastifyRequest) => string | Promise<string>;

export const tokenS = 15 * 60;
const longestAssertionS = 300;

const AssertionHeader = z.object({ alg: z.literal('EdDSA'), typ: z.literal('JWT').optional() });
const Assertion = z.object({
  iss: z.uuid(),
  sub: z.uuid(),
  aud: z.union([z.string(), z.tuple([z.string()]).transform(([only]) => only)]),
  jti: z.string().min(16).max(128),
  iat: z.int(),
  exp: z.int(),
});
const TokenHeader = z.object({ alg: z.literal('EdDSA'), typ: z.literal('at+jwt') });
const Token = z.object({ sub: z.uuid(), exp: z.int(), cnf: z.object({ jkt: z.string() }) });

type Deps = {
  db: Kysely<ServerTables>;
  /** What assertions are addressed to: the verifier key of the fleet. */
  audience: string;
  publicUrl: string | null;
  now: () => number;
};

/** Tokens for stations: given for an assertion that the station's key signed, and good only with proofs by one key. */
export function createTokens({ db, audience, publicUrl, now }: Deps) {
  // Lives as long as the server: after a restart a station is told that its token is no more, and asks for another.
  const signingKey = generateKeyPairSync('ed25519').privateKey;
  const verifyingKey = createPublicKey(signingKey);
  const replays = createReplayGuard({ db, now });
  const checkProof = createProofCheck({ replays, publicUrl, now });
  const answered = new WeakMap<FastifyRequest, Promise<string>>();

  const mayAsk = async (id: string): Promise<void> => {
    const station = await db.selectFrom('station').select('revoked_at').where('id', '=', id).executeTakeFirst();
    if (!station) throw badToken('This station is not enrolled here.');
    if (station.revoked_at !== null) throw revoked();
  };

  /** By the station's key, or by the one before it while that was not used yet. */
  const signedBy = async (station: ServerTables['station'], jws: string) => {
    const key = publicKeyOf('ed25519', station.auth_key);
    const claims = key && (await verifiedJws(jws, key, Assertion));
    const former = await retiringKey(db, station.id);
    if (claims && former !== undefined) await retire(db, station.id);
    const formerKey = claims || former === undefined ? null : publicKeyOf('ed25519', former);
    return formerKey ? verifiedJws(jws, formerKey, Assertion) : claims;
  };

  const asserted = async (jws: string): Promise<z.infer<typeof Assertion>> => {
    if (!headerOf(jws, AssertionHeader)) throw badClient('The assertion is not of the kind that is taken here: EdDSA.');
    const id = claimedStation(jws);
    const station = await db.selectFrom('station').selectAll().where('id', '=', id).executeTakeFirst();
    const claims = station ? await signedBy(station, jws) : null;
    // The same words for both, so that nobody learns who is enrolled.
    if (!station || !claims || claims.iss !== id || claims.sub !== id)
      throw badClient('No station that is enrolled here signed this assertion.');
    if (claims.aud !== audience) throw badClient('The assertion is addressed to another server.');
    if (claims.exp <= claims.iat || claims.exp - claims.iat > longestAssertionS)
      throw badClient(`An assertion is good for ${longestAssertionS} seconds at most.`);
    checkClock(claims.iat, now(), badClient);
    if (claims.exp * 1_000 <= now() - skewMs) throw badClient('The assertion has expired.');
    if (station.revoked_at !== null) throw revoked();
    return claims;
  };

  const authenticate = async (request: FastifyRequest): Promise<string> => {
    const [, token] = /^DPoP ([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) throw badToken('Stations show who they are with a DPoP token.', false);
    if (!headerOf(token, TokenHeader)) throw badToken('This is no token of this server.');
    const claims = await verifiedJws(token, verifyingKey, Token);
    if (!claims) throw badToken('This token is not, or no longer, one of this server. Ask for another.');
    if (claims.exp * 1_000 <= now()) throw badToken('The token has expired. Ask for another.');
    const proof = await checkProof(request, token);
    if (proof.jkt !== claims.cnf.jkt) throw badToken('The token belongs to another key than the DPoP proof.');
    await mayAsk(claims.sub);
    await proof.spend();
    return claims.sub;
  };

  return {
    /** Answers a token request (RFC 7523 assertion and RFC 9449 proof); throws ServerError 401 or 403. */
    async issue(request: FastifyRequest, { client_assertion }: TokenRequest) {
      const proof = await checkProof(request, null);
      const { sub, jti, iat } = await asserted(client_assertion);
      if (!(await replays.passes(['assertion', sub, jti], iat * 1_000 + longestAssertionS * 1_000 + skewMs)))
        throw badClient('This assertion was used before.');
      await proof.spend();
      const nowS = Math.floor(now() / 1_000);
      const claims = { iss: audience, aud: audience, sub, jti: randomUUID(), iat: nowS, exp: nowS + tokenS };
      const access_token = await new CompactSign(Buffer.from(JSON.stringify({ ...claims, cnf: { jkt: proof.jkt } })))
        .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt' })
        .sign(signingKey);
      return { access_token, token_type: 'DPoP' as const, expires_in: tokenS };
    },
    /** Checks a request once, however many parts of a route ask: a proof passes a single time. */
    stationOf(request: FastifyRequest): Promise<string> {
      const known = answered.get(request) ?? authenticate(request);
      answered.set(request, known);
      return known;
    },
  };
}

export type Tokens = ReturnType<typeof createTokens>;

function claimedStation(jws: string): string {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return z.object({ sub: z.uuid() }).safeParse(payload).data?.sub ?? '';
  } catch {
    return '';
  }
}

function badClient(detail: string, members: Record<string, string> = {}): ServerError {
  return new ServerError(401, detail, {
    headers: { 'www-authenticate': 'DPoP algs="EdDSA"' },
    members: { error: 'invalid_client', ...members },
  });
}

function badToken(detail: string, shown = true): ServerError {
  const error = shown ? ', error="invalid_token"' : '';
  return new ServerError(401, detail, {
    headers: { 'www-authenticate': `DPoP algs="EdDSA"${error}` },
    members: { error: 'invalid_token' },
  });
}

function revoked(): ServerError {
  return new ServerError(403, 'This station was revoked. Nothing more is taken from it.', {
    members: { error: 'station_revoked' },
  });
}
