import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { createStationAccess } from './station-access.ts';
import { createStationLog, type StationLog } from './station-client.ts';

type Server = {
  enrolled(prefix?: string): Promise<StationLog>;
  url(): string;
  now(): number;
  pass(ms: number): void;
  restart(): Promise<void>;
  createEnrolCode(station?: string): Promise<string>;
  expectProblem(response: Response, status: number, words: RegExp): Promise<void>;
};

const minuteMs = 60_000;
const newKey = () => generateKeyPairSync('ed25519').privateKey;

/** What a server promises about who may ask it what. */
export function describeAccess({ enrolled, url, now, pass, restart, createEnrolCode, expectProblem }: Server): void {
  const parts = async () => {
    const log = await enrolled();
    log.write(3);
    expect((await log.send(url(), log.batch(0, 3), {}, now)).status).toBe(200);
    const path = `/v1/logs/${log.oh}/checkpoint`;
    const get = (headers: Record<string, string>) => fetch(new URL(path, url()), { headers });
    return { log, path, get, access: log.access(url(), now) };
  };

  describe('a token', () => {
    test('is given to a station for 15 minutes, and with a proof of its own lets each request pass', async () => {
      const { access, path, get } = await parts();
      const answer = await access.ask();
      expect(answer.status).toBe(200);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const given = (await answer.json()) as { access_token: string };
      expect(given).toMatchObject({ token_type: 'DPoP', expires_in: 900 });
      for (let times = 0; times < 3; times++)
        expect((await get(await access.headersWith('GET', path, given.access_token))).status).toBe(200);
      pass(15 * minuteMs - 1_000);
      expect((await get(await access.headersWith('GET', path, given.access_token))).status).toBe(200);
      pass(1_000);
      await expectProblem(await get(await access.headersWith('GET', path, given.access_token)), 401, /expired/);
    });

    test('is wanted for every route below /v1/ but two, before anything is read', async () => {
      const { path, get } = await parts();
      const answer = await get({});
      expect(answer.headers.get('www-authenticate')).toBe('DPoP algs="EdDSA"');
      await expectProblem(answer, 401, /DPoP token/);
      const big = { method: 'POST', body: Buffer.alloc(1_000_000), headers: { 'content-type': 'text/html' } };
      expect((await fetch(new URL(path.replace('checkpoint', 'batches'), url()), big)).status).toBe(401);
      for (const open of ['/v1/escrow-key', '/fleet/checkpoint', '/health', '/openapi.json'])
        expect((await fetch(new URL(open, url()))).status).toBe(200);
    });

    test('means nothing as a bearer token, without its proof, or with the proof of another key', async () => {
      const { access, path, get, log } = await parts();
      const token = await access.token();
      const bearer = await get({ authorization: `Bearer ${token}` });
      await expectProblem(bearer, 401, /DPoP token/);
      await expectProblem(await get({ authorization: `DPoP ${token}` }), 401, /no DPoP proof/);
      const thief = createStationAccess(
        { stationId: log.stationId, authKey: newKey() },
        { url: url(), audience: '', now },
      );
      await expectProblem(await get(await thief.headersWith('GET', path, token)), 401, /another key/);
    });

    test('of a server that restarted is no more, and another is given', async () => {
      const { log, access, path } = await parts();
      const token = await access.token();
      await restart();
      const after = log.access(url(), now);
      const old = await fetch(new URL(path, url()), { headers: await after.headersWith('GET', path, token) });
      expect(old.headers.get('www-authenticate')).toContain('invalid_token');
      await expectProblem(old, 401, /Ask for another/);
      expect((await log.ask(url(), path, {}, now)).status).toBe(200);
    });

    test('made by somebody else, altered, or without a signature', async () => {
      const { access, path, get, log } = await parts();
      const claims = { sub: log.stationId, exp: 4_000_000_000, cnf: { jkt: 'x' } };
      const header = { alg: 'EdDSA', typ: 'at+jwt' };
      const forged = await new SignJWT(claims).setProtectedHeader(header).sign(newKey());
      const none = [{ alg: 'none', typ: 'at+jwt' }, claims].map(p =>
        Buffer.from(JSON.stringify(p)).toString('base64url'),
      );
      const token = await access.token();
      const altered = `${token.slice(0, -10)}${token.at(-10) === 'A' ? 'B' : 'A'}${token.slice(-9)}`;
      for (const bad of [forged, `${none.join('.')}.`, altered, 'a.b.c', 'nonsense'])
        expect((await get(await access.headersWith('GET', path, bad))).status).toBe(401);
    });
  });

  describe('a proof', () => {
    test('passes once, also over a restart', async () => {
      const { access, path, get } = await parts();
      const headers = await access.headersWith('GET', path, await access.token());
      const answers = await Promise.all([get(headers), get(headers), get(headers)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
      await expectProblem(await get(headers), 401, /used before/);
      const dpop = await access.proof('POST', '/oauth/token');
      expect((await access.ask({ dpop })).status).toBe(200);
      await expectProblem(await access.ask({ dpop }), 401, /used before/);
      await restart();
      const again = await fetch(new URL('/oauth/token', url()), {
        method: 'POST',
        headers: { dpop, 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=client_credentials',
      });
      expect(again.status).toBe(400);
    });

    test('of another request, another token, another time or another kind', async () => {
      const { access, path, get } = await parts();
      const token = await access.token();
      const ath = access.ath(token);
      const iat = Math.floor(now() / 1_000);
      const shown = async (dpop: string) => get({ authorization: `DPoP ${token}`, dpop });
      const fitting = (claims: Record<string, unknown> = {}) => access.proof('GET', path, { ath, ...claims });
      expect((await shown(await fitting())).status).toBe(200);
      const refused: [string, RegExp][] = [
        [await access.proof('POST', path, { ath }), /another request/],
        [await access.proof('GET', '/v1/orders', { ath }), /another request/],
        [await fitting({ htu: `https://elsewhere.example${path}` }), /another request/],
        [await access.proof('GET', path), /another token/],
        [await fitting({ ath: access.ath('other') }), /another token/],
        [await fitting({ iat: iat - 121 }), /clock/],
        [await fitting({ iat: iat + 121 }), /clock/],
        [await fitting({ jti: 'short' }), /not signed by the key/],
        [await access.assertion(), /not of the kind/],
        ['nonsense', /not of the kind/],
      ];
      for (const [dpop, words] of refused) await expectProblem(await shown(dpop), 401, words);
      expect((await shown(await fitting({ iat: iat - 119 }))).status).toBe(200);
      expect((await shown(await fitting({ iat: iat + 119 }))).status).toBe(200);
      expect((await shown(await fitting({ htu: `${new URL(path, url()).href}?n=1#part` }))).status).toBe(200);
    });

    test('that is too old is told the time of the server', async () => {
      const { access, path, get } = await parts();
      const token = await access.token();
      const dpop = await access.proof('GET', path, { ath: access.ath(token), iat: 1_000_000 });
      const answer = await get({ authorization: `DPoP ${token}`, dpop });
      expect(await answer.json()).toMatchObject({
        error: 'invalid_dpop_proof',
        serverTime: new Date(now()).toISOString(),
      });
    });
  });

  describe('an assertion', () => {
    test('passes once, and only for this server, about now, by the key of a station that is known', async () => {
      const { access, log } = await parts();
      const iat = Math.floor(now() / 1_000);
      const good = await access.assertion();
      expect((await access.ask({ client_assertion: good })).status).toBe(200);
      await expectProblem(await access.ask({ client_assertion: good }), 401, /used before/);
      const refused: [string, RegExp][] = [
        [await access.assertion({ aud: 'another' }), /another server/],
        [await access.assertion({ iat: iat - 200, exp: iat + 60 }), /clock/],
        [await access.assertion({ iat: iat + 200, exp: iat + 260 }), /clock/],
        [await access.assertion({ iat, exp: iat + 3_600 }), /300 seconds/],
        [await access.assertion({}, newKey()), /No station/],
        [await access.assertion({ iss: randomUUID(), sub: randomUUID() }), /No station/],
        [await access.assertion({ iss: randomUUID() }), /No station/],
        [await access.proof('POST', '/oauth/token'), /not of the kind/],
      ];
      for (const [client_assertion, words] of refused) {
        const answer = await access.ask({ client_assertion });
        expect(await answer.clone().json()).toMatchObject({ error: 'invalid_client' });
        await expectProblem(answer, 401, words);
      }
      const stranger = createStationAccess(
        { stationId: randomUUID(), authKey: log.authKey },
        { url: url(), audience: '', now },
      );
      await expectProblem(await stranger.ask(), 401, /No station/);
    });

    test('that is asked for badly', async () => {
      const { access } = await parts();
      for (const body of ['', 'grant_type=password', 'grant_type=client_credentials&client_assertion=x']) {
        const answer = await fetch(new URL('/oauth/token', url()), {
          method: 'POST',
          headers: {
            'content-type': 'application/x-www-form-urlencoded',
            dpop: await access.proof('POST', '/oauth/token'),
          },
          body,
        });
        await expectProblem(answer, 400, /grant_type/);
      }
    });
  });

  test('a station comes back with other keys by a code that was made for it, and by no other', async () => {
    const log = await enrolled();
    const again = createStationLog(log.stationId, 1);
    await expectProblem(await again.enrol(url(), await createEnrolCode(), 'AAAA'), 409, /made for it/);
    const code = await createEnrolCode(log.stationId);
    await expectProblem(await createStationLog().enrol(url(), code, 'CCCC'), 409, /another station/);
    expect((await again.enrol(url(), code, 'AAAA')).status).toBe(201);
    expect((await again.access(url(), now).ask()).status).toBe(200);
    await expectProblem(await log.access(url(), now).ask(), 401, /No station/);
  });
}
