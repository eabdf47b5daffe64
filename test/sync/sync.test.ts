import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeBatch } from '../../shared/tlog/batch.ts';
import { until } from '../support/until.ts';
import { type Act, passedOn, saying } from './interposer.ts';
import { type Syncing, startSyncing } from './syncing-station.ts';

const problem = 'application/problem+json';
let station: Syncing;

const halfAnAnswer: Act = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': '100' });
  response.write('\u2014 ');
};

beforeEach(async () => {
  station = await startSyncing();
});
afterEach(() => station.close());

const settled = () => station.reach(({ state, pendingEntries }) => state === 'idle' && pendingEntries === 0);
const cosigned = async () => (await station.admin['journal.status']()).cosignedSize;
/** The newest entries, oldest first. */
const newest = async (limit: number) => (await station.admin['journal.list']({ limit })).toReversed();

describe('a station and its server', () => {
  test('enrolled, every entry is cosigned and its receipt is an entry of its own', async () => {
    expect(await station.status()).toMatchObject({ state: 'not_enrolled', serverUrl: null, lastReceiptAt: null });
    await station.enrol();
    const status = await settled();
    expect(status).toMatchObject({ serverUrl: station.line.url, pendingSince: null, nextAttemptAt: null });
    expect(status.lastReceiptAt).not.toBeNull();
    const { size, cosignedSize } = await station.admin['journal.status']();
    expect(cosignedSize).toBe(size);
    expect(await station.witnessed()).toBe(size);
    const receipt = (await newest(1))[0];
    await station.stopBench();
    await station.startBench();
    expect((await station.status()).lastReceiptAt).toBe(status.lastReceiptAt);
    expect(receipt).toMatchObject({ type: 'sync.receipt', cosigned: true });
    expect(receipt?.data).toMatchObject({ noteSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await station.admin['journal.verify']()).toMatchObject({ ok: true });
  });

  test('what happens later is sent by itself', async () => {
    await station.enrol();
    const before = await settled().then(cosigned);
    await station.act();
    await settled();
    expect(await cosigned()).toBeGreaterThan(before);
    expect(await station.witnessed()).toBe(await cosigned());
  });

  test('2,500 entries go in batches of 1,000 at most, and each entry once', async () => {
    await station.fill(2_500);
    await station.enrol();
    await settled();
    expect(await station.witnessed()).toBe((await station.admin['journal.status']()).size);
    expect(station.line.batches().length).toBeGreaterThanOrEqual(3);
    expect(station.line.batches().every(({ status }) => status === 200)).toBe(true);
    const receipts = (await newest(50)).filter(({ type }) => type === 'sync.receipt');
    expect(receipts.map(({ data }) => data.size).slice(0, 2)).toEqual([1_000, 2_000]);
  });

  test('a code that the server refuses leaves the station as it was, and says why', async () => {
    const enrolment = station.admin['sync.enrol']({ serverUrl: station.line.url, code: 'never made' });
    await expect(enrolment).rejects.toMatchObject({ code: 'server_refused', message: /not known/ });
    expect(await station.status()).toMatchObject({ state: 'not_enrolled', serverUrl: null });
    await station.enrol();
    await settled();
  });

  test('enrolment through something that is no server', async () => {
    station.line.answer(saying(200, 'text/html', '<form>Sign in to the network</form>'));
    await expect(station.enrol()).rejects.toMatchObject({ code: 'server_unreachable' });
    expect(await station.status()).toMatchObject({ state: 'not_enrolled' });
  });
});

describe('a server that goes away', () => {
  test('and comes back is found again by itself, after waits that grow', async () => {
    await station.enrol();
    await settled();
    const held = await cosigned();
    await station.stopServer();
    const before = station.line.batches().length;
    await station.act();
    const waits: number[] = [];
    for (let failures = 1; failures <= 4; failures++) {
      await station.reach(({ state }) => state === 'waiting' && station.line.batches().length === before + failures);
      const { nextAttemptAt } = await station.status();
      waits.push(Date.parse(nextAttemptAt ?? '') - station.now());
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(await station.status()).toMatchObject({ lastAnswer: expect.stringMatching(/does not answer/) });
    expect(await cosigned()).toBe(held);
    await station.startServer();
    await settled();
    expect(await station.witnessed()).toBe(await cosigned());
  });

  test('while the station is stopped too: it goes on after its own start, with nobody at the bench', async () => {
    await station.enrol();
    await settled();
    const before = await station.witnessed();
    await station.stopServer();
    await station.act();
    await station.stopBench();
    await station.startServer();
    const asked = station.line.batches().length;
    await station.startBench({ signIn: false });
    await station.advance(1_000);
    await until(() => station.line.batches().length > asked, 'a batch was sent');
    await station.signIn();
    await settled();
    expect(await station.witnessed()).toBeGreaterThan(before);
    expect(await station.witnessed()).toBe(await cosigned());
  });
});

describe('an answer that is not a receipt advances nothing, is told in words, and is got over', () => {
  test.each([
    ['500', saying(500, problem, '{"detail":"The server failed."}'), /refused \(500\): The server failed/],
    ['500 without words', saying(500, 'text/plain', 'oops'), /not the central server/],
    ['a sign-in page', saying(200, 'text/html', '<form>'), /not the central server/],
    ['an empty 200', saying(200, 'text/plain', ''), /not the central server/],
    ['nonsense', saying(200, 'text/plain', '\u2014 nothing AAAA\n'), /no valid signature/],
    ['a redirect', saying(302, 'text/plain', '', { location: 'http://127.0.0.1:9/' }), /not the central server/],
    ['no end', saying(200, 'text/plain', '\u2014 '.repeat(100_000)), /not the central server/],
    ['a size that is none', saying(409, 'text/x.tlog.size', 'many\n'), /not the central server/],
    ['401', saying(401, problem, '{"title":"no"}'), /refused \(401\): no/],
    ['silence', () => {}, /does not answer/],
    ['half an answer', halfAnAnswer, /does not answer/],
    ['a broken line', (_: unknown, response: { destroy(): void }) => response.destroy(), /does not answer/],
  ])('%s', async (_, act, words) => {
    await station.enrol();
    await settled();
    const held = await cosigned();
    station.line.answer(act);
    await station.act();
    const { lastAnswer, pendingEntries, pendingSince } = await station.reach(({ state }) => state === 'waiting');
    expect(lastAnswer).toMatch(words);
    expect(pendingEntries).toBeGreaterThan(0);
    expect(pendingSince).not.toBeNull();
    expect((await station.health()).sync).toMatchObject({ state: 'waiting', lastAnswer });
    expect(await cosigned()).toBe(held);
    station.line.answer(null);
    await settled();
    expect(await station.witnessed()).toBe(await cosigned());
  });

  test('a receipt of another note, replayed', async () => {
    await station.enrol();
    await settled();
    let old = '';
    station.line.answer(async (request, response, body) => {
      if (!request.url?.endsWith('/batches')) return station.line.forward(request, response, body);
      const answer = await fetch(new URL(request.url ?? '', station.server.url), {
        method: 'POST',
        headers: passedOn(request),
        body: Uint8Array.from(body),
      });
      old ||= await answer.text();
      response.writeHead(200, { 'content-type': 'text/plain' });
      response.end(old);
    });
    await station.act();
    const { lastAnswer } = await station.reach(({ state }) => state === 'waiting');
    expect(lastAnswer).toMatch(/no valid signature/);
    station.line.answer(null);
    await settled();
  });
});

describe('a server under load', () => {
  test('413 halves the batch until it fits', async () => {
    await station.fill(300);
    const sizes: number[] = [];
    await station.enrol();
    station.line.answer(async (request, response, body) => {
      if (!request.url?.endsWith('/batches')) return station.line.forward(request, response, body);
      const plain = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const { entries } = decodeBatch(plain);
      sizes.push(entries.length);
      if (entries.length > 100) return saying(413, problem, '{"detail":"much"}')(request, response, body);
      return station.line.forward(request, response, body);
    });
    await settled();
    expect(sizes[0]).toBeGreaterThan(300);
    expect(sizes.some(size => size > 50 && size <= 100)).toBe(true);
    expect(await station.witnessed()).toBe(await cosigned());
  });

  test('a Retry-After is waited for, and not a moment less', async () => {
    await station.enrol();
    await settled();
    station.line.answer(saying(429, problem, '{"detail":"later"}', { 'retry-after': '120' }));
    await station.act();
    const { nextAttemptAt, lastAnswer } = await station.reach(({ state }) => state === 'waiting');
    expect(lastAnswer).toMatch(/asks to wait/);
    expect(Date.parse(nextAttemptAt ?? '') - station.now()).toBeGreaterThanOrEqual(120_000);
    const asked = station.line.batches().length;
    station.line.answer(null);
    await station.advance(119_000);
    expect(station.line.batches().length).toBe(asked);
    await settled();
  });

  test.each(['999999999', '1e300', '-5', 'tomorrow'])('a Retry-After of %s silences nobody for good', async seconds => {
    await station.enrol();
    await settled();
    station.line.answer(saying(503, 'text/html', '', { 'retry-after': seconds }));
    await station.act();
    const { nextAttemptAt } = await station.reach(({ state }) => state === 'waiting');
    expect(Date.parse(nextAttemptAt ?? '') - station.now()).toBeLessThanOrEqual(3_600_000);
    station.line.answer(null);
    await station.admin['sync.now']();
    await settled();
  });
});
