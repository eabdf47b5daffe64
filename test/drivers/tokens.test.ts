import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createTokenAccess } from '../../electron/drivers/central/tokens.http.ts';

const minuteMs = 60_000;
const base = new URL('https://central.example/');
const batches = new URL('v1/logs/oh/batches', base);
const signal = new AbortController().signal;

type Said = { status: number; body: object };

/** A station's access to a server that says these things one after the other, each after `tookMs`. */
function accessTo(answers: Said[], tookMs = 0) {
  let nowMs = Date.UTC(2026, 0, 1);
  let asked = 0;
  const credentials = {
    stationId: () => 'station',
    audience: () => 'fleet',
    authKey: generateKeyPairSync('ed25519').privateKey,
    pin: null,
    now: () => nowMs,
  };
  const answer = ({ status, body }: Said) => {
    const text = JSON.stringify(body);
    const type = status === 200 ? 'application/json' : 'application/problem+json';
    return { status, type, text, bytes: Buffer.from(text), retryAfterMs: null };
  };
  const access = createTokenAccess(credentials, async () => {
    const said = answers[asked++];
    if (!said) throw new Error('nothing more is said');
    nowMs += tookMs;
    return answer(said);
  });
  return {
    headers: () => access.headers('POST', batches, base, signal),
    refused: (said: Said, headers: Record<string, string>) => access.refused(answer(said), headers),
    asked: () => asked,
    /** Lets time pass. */
    pass(ms: number) {
      nowMs += ms;
    },
    /** That the server's clock is so far ahead. */
    ahead: (ms: number): Said => ({
      status: 401,
      body: { detail: 'apart', serverTime: new Date(nowMs + ms).toISOString() },
    }),
  };
}

const token = (value: string): Said => ({
  status: 200,
  body: { access_token: value, token_type: 'DPoP', expires_in: 900 },
});
const unknown: Said = { status: 401, body: { detail: 'unknown token' } };
const authorized = (value: string) => expect.objectContaining({ authorization: `DPoP ${value}` });

test('a token is kept until a minute before it ends, counted from when it was asked for', async () => {
  const station = accessTo([token('one'), token('two')], 5 * minuteMs);
  expect(await station.headers()).toEqual(authorized('one'));
  station.pass(9 * minuteMs - 1);
  expect(await station.headers()).toEqual(authorized('one'));
  expect(station.asked()).toBe(1);
  station.pass(1);
  expect(await station.headers()).toEqual(authorized('two'));
});

test('a refusal because of the clock costs no token, any other does', async () => {
  const station = accessTo([token('one'), token('two')]);
  await station.headers();
  expect(station.refused(station.ahead(minuteMs), { authorization: 'DPoP one' })).toBe(true);
  expect(await station.headers()).toEqual(authorized('one'));
  expect(station.refused(unknown, { authorization: 'DPoP one' })).toBe(true);
  expect(await station.headers()).toEqual(authorized('two'));
});

test('a late refusal of the token before costs nothing', async () => {
  const station = accessTo([token('one'), token('two')]);
  await station.headers();
  station.refused(unknown, { authorization: 'DPoP one' });
  await station.headers();
  station.refused(unknown, { authorization: 'DPoP one' });
  expect(await station.headers()).toEqual(authorized('two'));
  expect(station.asked()).toBe(2);
});

test.each([['at once'], ['when asked again']])('a clock that is a year away is told in words %s', async when => {
  const answers: Said[] = [];
  const station = accessTo(answers);
  if (when === 'when asked again') answers.push(station.ahead(3 * minuteMs));
  answers.push(station.ahead(-365 * 24 * 60 * minuteMs));
  await expect(station.headers()).rejects.toMatchObject({
    code: 'server_refused',
    message: expect.stringContaining('are about 365 days apart'),
  });
});
