import { createHash, createPublicKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { z } from 'zod';
import { BenchError } from '../../../shared/errors.ts';
import type { Access, Ask, StationCredentials } from './access.ts';
import { type Answer, problemOf, readJson, refusal } from './answers.ts';

const assertionS = 60;
const earlyMs = 60_000;
const longestOffsetMs = 24 * 3_600_000;
/** Answers to a request for a token that mean the same for whatever the token was wanted for. */
const passedOn = [401, 403, 429, 503];

const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\w.-]{1,4096}$/),
  token_type: z.string().regex(/^dpop$/i),
  expires_in: z.int().positive().max(86_400),
});

/**
 * Tokens of the server (RFC 7523 and RFC 9449), one kept until shortly before it ends. When the server says that the
 * clocks are apart, its time is used for what is signed, up to a day; beyond that it throws `server_refused` with words.
 */
export function createTokenAccess(credentials: StationCredentials, ask: Ask): Access {
  const { authKey } = credentials;
  const jwk = publicJwk(authKey);
  let offsetMs = 0;
  let token: { value: string; until: number } | null = null;
  let asking: Promise<Answer | null> | null = null;

  const nowS = () => Math.floor((credentials.now() + offsetMs) / 1_000);
  const jws = (header: object, claims: object) => {
    const text = [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${sign(null, Buffer.from(text), authKey).toString('base64url')}`;
  };
  const proof = (method: string, url: URL, value: string | null) =>
    jws(
      { typ: 'dpop+jwt', alg: 'EdDSA', jwk },
      {
        jti: randomUUID(),
        htm: method,
        htu: `${url.origin}${url.pathname}`,
        iat: nowS(),
        ...(value === null ? {} : { ath: createHash('sha256').update(value).digest('base64url') }),
      },
    );
  const assertion = (audience: string) => {
    const [id, iat] = [credentials.stationId(), nowS()];
    const claims = { iss: id, sub: id, aud: audience, jti: randomUUID(), iat, exp: iat + assertionS };
    return jws({ typ: 'JWT', alg: 'EdDSA' }, claims);
  };

  /** True when the answer was about the clock, and asking again with the server's time can help. */
  const learnClock = (answer: Answer): boolean => {
    const serverTime = Date.parse(problemOf(answer)?.serverTime ?? '');
    if (Number.isNaN(serverTime)) return false;
    const apart = serverTime - credentials.now();
    if (Math.abs(apart) > longestOffsetMs)
      throw new BenchError(
        'server_refused',
        `The clock of this bench and that of the server are ${daysApart(apart)} apart. Set the clock that is wrong; the bench goes on working, and sends again then.`,
      );
    offsetMs = apart;
    return true;
  };

  const request = (url: URL, audience: string, signal: AbortSignal) => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion(audience),
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded', dpop: proof('POST', url, null) };
    return ask(url.href, { method: 'POST', headers, body: body.toString() }, signal);
  };

  /** Null once there is a token; else what the server said. */
  const renew = async (base: URL, signal: AbortSignal): Promise<Answer | null> => {
    const audience = credentials.audience();
    if (audience === null) throw new BenchError('not_enrolled', 'This station is not enrolled with a server.');
    const url = new URL('oauth/token', base);
    let askedAt = credentials.now();
    let answer = await request(url, audience, signal);
    if (answer.status === 401 && learnClock(answer)) {
      askedAt = credentials.now();
      answer = await request(url, audience, signal);
      if (answer.status === 401) learnClock(answer);
    }
    if (passedOn.includes(answer.status)) return answer;
    if (answer.status !== 200) throw refusal(answer);
    const { access_token, expires_in } = readJson(answer, TokenAnswer);
    token = { value: access_token, until: askedAt + expires_in * 1_000 - earlyMs };
    return null;
  };
  const renewOnce = (base: URL, signal: AbortSignal): Promise<Answer | null> => {
    asking ??= renew(base, signal).finally(() => {
      asking = null;
    });
    return asking;
  };

  return {
    async headers(method, url, base, signal) {
      if (!token || token.until <= credentials.now()) {
        const refused = await renewOnce(base, signal);
        if (refused) return refused;
      }
      const value = token?.value ?? '';
      return { authorization: `DPoP ${value}`, dpop: proof(method, url, value) };
    },
    refused(answer, { authorization }) {
      const onlyTheClock = learnClock(answer);
      if (!onlyTheClock && authorization === `DPoP ${token?.value}`) token = null;
      return problemOf(answer) !== null;
    },
  };
}

function publicJwk(key: KeyObject) {
  const { kty, crv, x } = createPublicKey(key).export({ format: 'jwk' });
  return { kty, crv, x };
}

function daysApart(ms: number): string {
  const days = Math.round(Math.abs(ms) / 86_400_000);
  return `about ${days === 1 ? 'a day' : `${days} days`}`;
}
