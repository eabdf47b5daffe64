import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import { networkOf } from '../../server/limits.ts';
import { createMetricsAccess } from '../../server/metrics-access.ts';
import { mustBeDescribed } from '../../server/openapi.ts';
import { createRateLimit } from '../../server/rate-limit.ts';
import { createStationLog, escrowNoteOf } from './station-client.ts';

let dir: string;
let nowMs: number;
let server: CentralServer;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
  nowMs = Date.parse('2026-01-01T00:00:00Z');
  server = await startCentralServer({ dataDir: dir, port: 0, now: () => nowMs });
});
afterEach(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(new URL(path, server.url), { headers });
const enrol = (body: object, headers: Record<string, string> = {}) =>
  fetch(new URL('/v1/enrol', server.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

test('the metrics count requests by route and what the store holds, in the format of Prometheus', async () => {
  const log = createStationLog();
  expect((await log.enrol(server.url, await server.createEnrolCode(), 'AAAA')).status).toBe(201);
  log.write(7);
  const answer = await log.send(server.url, log.batch(0, 7), {}, () => nowMs);
  expect(answer.status).toBe(200);
  await get('/nothing/"here"');
  const metrics = await get('/metrics');
  expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await metrics.text();
  const samples = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  for (const line of samples) expect(line).toMatch(/^[a-z_]+(\{([a-z]+="[^"\\\n]*",?)+\})? \d+$/);
  for (const line of samples) expect(text).toContain(`# TYPE ${/^[a-z_]+/.exec(line)?.[0]} `);
  expect(samples).toEqual(
    expect.arrayContaining([
      'bench_station_logs 1',
      'bench_entries 7',
      'bench_frozen_logs 0',
      'bench_http_requests_total{method="POST",route="/v1/enrol",status="201"} 1',
      'bench_http_requests_total{method="POST",route="/v1/logs/:oh/batches",status="200"} 1',
      'bench_http_requests_total{method="GET",route="none",status="404"} 1',
    ]),
  );
  expect(text).not.toContain(log.oh);
});

const Document = z.object({
  openapi: z.literal('3.1.0'),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) }))),
});

test('the description names every route, with the schemas that requests are checked with', async () => {
  const answer = await get('/openapi.json');
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  const document: unknown = await answer.json();
  const { paths } = Document.parse(document);
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      const url = new URL(path.replace(/\{\w+\}/g, 'x'), server.url);
      const given = await fetch(url, { method: method.toUpperCase() });
      expect(Object.keys(responses), `${method} ${path}`).toContain(String(given.status));
      expect(await given.text()).not.toContain('There is nothing here');
    }
  }
  expect(document).toMatchObject({
    paths: {
      '/v1/enrol': {
        post: {
          requestBody: {
            content: {
              'application/json': {
                schema: { required: expect.arrayContaining(['code', 'stationId', 'authKey', 'authProof']) },
              },
            },
          },
        },
      },
    },
  });
  expect(() => mustBeDescribed('GET', '/v1/new')).toThrow('not described');
});

describe('who may read the counts', () => {
  const metricsSecret = 'a secret of the test';
  const restart = async (options: { metricsSecret: string | null }) => {
    await server.close();
    server = await startCentralServer({ dataDir: dir, port: 0, now: () => nowMs, ...options });
  };

  test.each([
    ['x-forwarded-for', '192.0.2.7'],
    ['x-forwarded-for', '127.0.0.1'],
    ['x-forwarded-proto', 'https'],
    ['x-forwarded-host', 'central.example'],
    ['x-real-ip', '192.0.2.7'],
    ['forwarded', 'for=192.0.2.7'],
    ['via', '1.1 proxy'],
  ])('without a secret this machine itself, but nobody for whom a proxy on it asks (%s: %s)', async (name, value) => {
    expect((await get('/metrics')).status).toBe(200);
    const answer = await get('/metrics', { [name]: value });
    expect(answer.status).toBe(403);
    expect(await answer.text()).not.toContain('bench_');
    expect((await get('/health', { [name]: value })).status).toBe(200);
  });

  test('with a secret whoever shows it, also through a proxy, and this machine no more than others', async () => {
    await restart({ metricsSecret });
    const proxied = { 'x-forwarded-for': '192.0.2.7' };
    const authorization = `Bearer ${metricsSecret}`;
    for (const headers of [{ authorization }, { authorization, ...proxied }]) {
      const answer = await get('/metrics', headers);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('bench_entries 0');
    }
    for (const wrong of ['', metricsSecret, `Bearer ${metricsSecret}x`, `Basic ${btoa(metricsSecret)}`, 'Bearer']) {
      const answer = await get('/metrics', { authorization: wrong });
      expect(answer.status, wrong).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      expect(await answer.text()).not.toContain('bench_');
    }
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/health')).status).toBe(200);
  });

  test('a secret that is too short is refused at the start, and leaves nothing open', async () => {
    for (const short of ['', 'fifteen letters'])
      await expect(
        startCentralServer({ dataDir: join(dir, 'other'), port: 0, metricsSecret: short }),
      ).rejects.toMatchObject({ status: 500, message: expect.stringContaining('16 characters at least') });
    expect(existsSync(join(dir, 'other'))).toBe(false);
    await restart({ metricsSecret: 'sixteen letters!' });
    expect((await get('/metrics')).status).toBe(401);
  });

  test.each([
    ['127.0.0.1', true],
    ['127.8.9.10', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['192.0.2.7', false],
    ['::ffff:192.0.2.7', false],
    ['2001:db8::1', false],
    ['127.evil', false],
    [undefined, false],
  ])('an address of %s is this machine: %s', (remoteAddress, isHere) => {
    const check = () => createMetricsAccess(null)({ socket: { remoteAddress }, headers: {} });
    if (isHere) expect(check).not.toThrow();
    else expect(check).toThrow(expect.objectContaining({ status: 403 }));
  });
});

test('codes cannot be tried one after the other; who waits is heard again, and others all the time', async () => {
  const note = await escrowNoteOf(server.url);
  const guess = () => enrol(createStationLog().enrolment('never made', 'AAAA', note));
  for (let tries = 0; tries < 20; tries++) expect((await guess()).status).toBe(400);
  const answer = await guess();
  expect(answer.status).toBe(429);
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  const waitS = Number(answer.headers.get('retry-after'));
  expect(waitS).toBe(5);
  expect((await get('/fleet/checkpoint')).status).toBe(200);
  const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
  expect((await enrol(createStationLog().enrolment('never made', 'AAAA', note), elsewhere)).status).toBe(400);
  nowMs += waitS * 1000;
  expect((await guess()).status).toBe(400);
  expect((await guess()).status).toBe(429);
});

test('one address cannot take all of the server, and health and metrics are answered nevertheless', async () => {
  const asked = async () => (await get('/fleet/checkpoint')).status;
  for (let tries = 0; tries < 1_200; tries += 100)
    expect(new Set(await Promise.all(Array.from({ length: 100 }, asked)))).toEqual(new Set([200]));
  expect(await asked()).toBe(429);
  expect((await get('/health')).status).toBe(200);
  expect((await get('/metrics')).status).toBe(200);
  nowMs += 1_000;
  expect(await asked()).toBe(200);
});

test('one station cannot take all of the server either, nor can all together; and limits can be set', async () => {
  await server.close();
  const limits = { station: { burst: 5, perSecond: 1 }, all: { burst: 40, perSecond: 1 } };
  server = await startCentralServer({ dataDir: dir, port: 0, now: () => nowMs, limits });
  const [log, other] = [createStationLog(), createStationLog()];
  for (const [i, one] of [log, other].entries())
    expect((await one.enrol(server.url, await server.createEnrolCode(), `AAA${i}`)).status).toBe(201);
  const ask = async (one: typeof log) =>
    (await one.ask(server.url, `/v1/logs/${one.oh}/checkpoint`, {}, () => nowMs)).status;
  const statuses: number[] = [];
  for (let times = 0; times < 6; times++) statuses.push(await ask(log));
  expect(statuses).toEqual([404, 404, 404, 404, 404, 429]);
  expect(await ask(other)).toBe(404);
  const open = async () => (await get('/fleet/checkpoint')).status;
  const others: number[] = [];
  for (let times = 0; times < 40; times++) others.push(await open());
  expect(others[0]).toBe(200);
  expect(others.at(-1)).toBe(429);
  expect((await get('/health')).status).toBe(200);
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::9', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('%s is counted as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('a limit forgets addresses rather than grow, and a clock set back refuses nobody for long', () => {
  let now = 1_000_000;
  const limit = createRateLimit({ burst: 2, perSecond: 1 }, () => now);
  for (let address = 0; address < 25_000; address++) expect(limit.take(`a${address}`)).toBe(0);
  expect([limit.take('b'), limit.take('b'), limit.take('b')]).toEqual([0, 0, 1]);
  now -= 900_000;
  expect(limit.take('b')).toBe(1);
  now += 1_000;
  expect(limit.take('b')).toBe(0);
});
