import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Loopback, serveOnLoopback } from '../../electron/loopback.ts';
import { startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
let host: Loopback;
let token: string;
let folder: string;

beforeEach(async () => {
  bench = await startStation();
  folder = mkdtempSync(join(tmpdir(), 'bench-pages-'));
  mkdirSync(join(folder, 'pages', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'pages', 'index.html'), '<!doctype html><title>bench</title>');
  writeFileSync(join(folder, 'pages', 'assets', 'a.js'), 'export {}');
  writeFileSync(join(folder, 'secret.json'), '{}');
  host = await serveOnLoopback({ station: bench.station, rendererDir: join(folder, 'pages'), port: 0 });
  token = new URL(host.url).hash.replace('#token=', '');
});
afterEach(async () => {
  await host.close();
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

type Sent = { path: string; method?: string; headers?: Record<string, string>; body?: string };

/** A request with any headers at all, as an attacker would make it. */
function send({
  path,
  method = 'GET',
  headers = {},
  body,
}: Sent): Promise<{ status: number; headers: object; text: string }> {
  const { port } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, response => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

async function connect(): Promise<string> {
  const { text } = await send({ path: '/connect', method: 'POST', headers: bearer(token) });
  return (JSON.parse(text) as { connection: string }).connection;
}

test('a page with the token gets a connection and an answer', async () => {
  const connection = await connect();
  const { status, text } = await send({ path: '/call/station.info', method: 'POST', headers: bearer(connection) });
  expect(status).toBe(200);
  expect(JSON.parse(text)).toMatchObject({ ok: true, value: { setUp: false } });
});

test('two pages are two connections with sessions of their own', async () => {
  const [first, second] = [await connect(), await connect()];
  const setUp = { siteName: 'Site', stationName: 'B1', adminName: 'Ada Admin', password: 'correct horse battery' };
  await send({ path: '/call/identity.set_up', method: 'POST', headers: bearer(first), body: JSON.stringify(setUp) });
  const sessionOf = async (connection: string) =>
    JSON.parse((await send({ path: '/call/identity.session', method: 'POST', headers: bearer(connection) })).text);
  expect(await sessionOf(first)).toMatchObject({ value: { role: 'admin' } });
  expect(await sessionOf(second)).toEqual({ ok: true, value: null });
});

describe('the host refuses', () => {
  test.each([
    ['no token', {}],
    ['a wrong token', bearer('x'.repeat(43))],
    ['a token of another length', bearer('x')],
  ])('%s', async (_, headers) => {
    expect((await send({ path: '/connect', method: 'POST', headers })).status).toBe(403);
    expect((await send({ path: '/call/station.info', method: 'POST', headers })).status).toBe(403);
    expect((await send({ path: '/events', headers })).status).toBe(403);
  });

  test('the launch token where a connection is wanted', async () => {
    expect((await send({ path: '/call/station.info', method: 'POST', headers: bearer(token) })).status).toBe(403);
  });

  test.each([
    ['a foreign Origin', { origin: 'https://evil.example' }],
    ['the Origin of another port', { origin: 'http://127.0.0.1:1' }],
    ['the Origin null', { origin: 'null' }],
    ['a foreign Host', { host: 'evil.example' }],
    ['localhost as a name', { host: 'localhost' }],
  ])('%s', async (_, headers) => {
    const connection = await connect();
    const all = { ...bearer(connection), ...headers };
    expect((await send({ path: '/call/station.info', method: 'POST', headers: all })).status).toBe(403);
    expect((await send({ path: '/', headers })).status).toBe(403);
  });

  test('what is no JSON and what is too large', async () => {
    const headers = bearer(await connect());
    expect((await send({ path: '/call/station.info', method: 'POST', headers, body: '{' })).status).toBe(400);
    const large = 'x'.repeat(36 * 1024 * 1024);
    const outcome = await send({ path: '/call/station.info', method: 'POST', headers, body: large }).then(
      r => r.status,
      (e: NodeJS.ErrnoException) => e.code,
    );
    expect([413, 'EPIPE', 'ECONNRESET']).toContain(outcome);
  });
});

test('pages come with a strict policy, and nothing outside their folder', async () => {
  const page = await send({ path: '/' });
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('bench') });
  expect(page.headers).toMatchObject({
    'content-security-policy': expect.stringMatching(/default-src 'none'.*script-src 'self'/),
    'x-content-type-options': 'nosniff',
    'permissions-policy': expect.stringMatching(/^camera=\(self\), microphone=\(\)/),
  });
  expect(JSON.stringify(page.headers)).not.toContain('unsafe-');
  expect((await send({ path: '/assets/a.js' })).status).toBe(200);
  for (const path of [
    '/../secret.json',
    '/%2e%2e/secret.json',
    '/..%2fsecret.json',
    '/%5c..%5csecret.json',
    '/a%00.js',
    '/%',
    '/nothing.js',
  ]) {
    expect((await send({ path })).status, path).toBe(404);
  }
});

test('events stream to the page they are meant for', async () => {
  const connection = await connect();
  const stream = await fetch(`${host.origin}/events`, { headers: bearer(connection) });
  const reader = stream.body?.getReader();
  const setUp = { siteName: 'Site', stationName: 'B1', adminName: 'Ada Admin', password: 'correct horse battery' };
  await send({
    path: '/call/identity.set_up',
    method: 'POST',
    headers: bearer(connection),
    body: JSON.stringify(setUp),
  });
  let text = '';
  while (!text.includes('session.changed')) text += new TextDecoder().decode((await reader?.read())?.value);
  expect(JSON.parse(text.trim().split('\n')[0] ?? '')).toMatchObject({
    event: 'session.changed',
    payload: { role: 'admin' },
  });
  await reader?.cancel();
});

test('the session of a page that was closed ends by itself', async () => {
  const short = await serveOnLoopback({
    station: bench.station,
    rendererDir: join(folder, 'pages'),
    port: 0,
    longestAbsenceMs: 20,
  });
  const launch = new URL(short.url).hash.replace('#token=', '');
  const opened = await fetch(`${short.origin}/connect`, { method: 'POST', headers: bearer(launch) });
  const { connection } = (await opened.json()) as { connection: string };
  const setUp = { siteName: 'S', stationName: 'B', adminName: 'Ada Admin', password: 'correct horse battery' };
  expect(await bench.station.call(connection, 'identity.set_up', setUp)).toMatchObject({ ok: true });
  const page = new AbortController();
  await fetch(`${short.origin}/events`, { headers: bearer(connection), signal: page.signal });
  const session = async () =>
    (await bench.station.call(connection, 'identity.session', undefined)) as { value: unknown };
  expect((await session()).value).toMatchObject({ role: 'admin' });
  page.abort();
  await expect.poll(async () => (await session()).value).toBeNull();
  await short.close();
});
