import { createHash, type KeyObject, randomUUID } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';

export const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export type Who = { stationId: string; authKey: KeyObject };
type Claims = Record<string, unknown>;

/** Proves requests as RFC 7523 and RFC 9449 say, and can be told to do it wrongly. */
export function createStationAccess(
  { stationId, authKey }: Who,
  { url, audience, now }: { url: string; audience: string; now: () => number },
) {
  const iat = () => Math.floor(now() / 1_000);
  let token = '';

  const proof = async (method: string, path: string, claims: Claims = {}, key = authKey): Promise<string> => {
    const { kty, crv, x } = await exportJWK(key);
    const htu = new URL(path, url);
    return new SignJWT({ jti: randomUUID(), htm: method, htu: `${htu.origin}${htu.pathname}`, iat: iat(), ...claims })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty: kty ?? '', crv: crv ?? '', x: x ?? '' } })
      .sign(key);
  };
  const assertion = (claims: Claims = {}, key = authKey): Promise<string> =>
    new SignJWT({
      ...{ iss: stationId, sub: stationId, aud: audience, jti: randomUUID(), iat: iat(), exp: iat() + 60 },
      ...claims,
    })
      .setProtectedHeader({ alg: 'EdDSA' })
      .sign(key);
  const ask = async ({ dpop, client_assertion }: { dpop?: string; client_assertion?: string } = {}) =>
    fetch(new URL('/oauth/token', url), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        dpop: dpop ?? (await proof('POST', '/oauth/token')),
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: assertionType,
        client_assertion: client_assertion ?? (await assertion()),
      }),
    });
  const ath = (value: string) => createHash('sha256').update(value).digest('base64url');
  const headersWith = async (method: string, path: string, value: string) => ({
    authorization: `DPoP ${value}`,
    dpop: await proof(method, path, { ath: ath(value) }),
  });

  return {
    proof,
    assertion,
    ask,
    ath,
    headersWith,
    async token(): Promise<string> {
      const answer = await ask();
      if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
      token = ((await answer.json()) as { access_token: string }).access_token;
      return token;
    },
    /** What lets one request pass; asks for a token when there is none yet or the server forgot it. */
    async headers(method: string, path: string): Promise<Record<string, string>> {
      return headersWith(method, path, token === '' ? await this.token() : token);
    },
    forget() {
      token = '';
    },
  };
}

export type StationAccess = ReturnType<typeof createStationAccess>;
