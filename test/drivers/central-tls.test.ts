import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecureVersion } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';
import { pinOf } from '../../electron/drivers/central/exchange.http.ts';
import { startCentralServer } from '../../server/central-server.ts';

const signal = new AbortController().signal;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const hourMs = 3_600_000;
let dir: string;
let server: Server | null = null;
let asked = 0;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-tls-'));
  asked = 0;
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  rmSync(dir, { recursive: true });
});

/** A certificate of its own for this name, good from an hour ago for so long. */
async function certificate(name: x509.JsonGeneralName = { type: 'ip', value: '127.0.0.1' }, forMs = 24 * hourMs) {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test server',
    notBefore: new Date(Date.now() - hourMs),
    notAfter: new Date(Date.now() - hourMs + forMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.SubjectAlternativeNameExtension([name])],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  return { cert: made.toString('pem'), key, pin: pinOf(Buffer.from(made.rawData)) };
}

async function serve(tls: { cert: string; key: string }, maxVersion: SecureVersion = 'TLSv1.3'): Promise<string> {
  const listening = createServer({ cert: tls.cert, key: tls.key, maxVersion }, (_request, response) => {
    asked++;
    response.writeHead(503).end();
  });
  server = listening;
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `https://127.0.0.1:${address.port}`;
}

const ask = (url: string, options: { ca?: string; pin?: string }) =>
  createCentralClient(url, null, options).putBatch('oh', Buffer.from('a batch'), signal);
const refused = (words: RegExp) => ({ code: 'server_refused', message: expect.stringMatching(words) });

test('a valid certificate, with its pin and without', async () => {
  const tls = await certificate();
  const url = await serve(tls);
  for (const pin of [{}, { pin: tls.pin }])
    expect(await ask(url, { ca: tls.cert, ...pin })).toMatchObject({ kind: 'busy' });
  expect(asked).toBe(2);
});

test('another key than the pin says is refused before anything is sent, however valid', async () => {
  const tls = await certificate();
  const { pin } = await certificate();
  await expect(ask(await serve(tls), { ca: tls.cert, pin })).rejects.toMatchObject(refused(/another key/));
  expect(asked).toBe(0);
});

test('a certificate of nobody known, of another name, or that ran out, as of a sign-in page of the network', async () => {
  const [own, named, old] = [
    await certificate(),
    await certificate({ type: 'dns', value: 'elsewhere.example' }),
    await certificate(undefined, hourMs / 2),
  ];
  await expect(ask(await serve(own), {})).rejects.toMatchObject(refused(/not valid/));
  await expect(ask(await serve(own), { pin: own.pin })).rejects.toMatchObject(refused(/not valid/));
  server?.close();
  await expect(ask(await serve(named), { ca: named.cert })).rejects.toMatchObject(refused(/not valid/));
  server?.close();
  await expect(ask(await serve(old), { ca: old.cert })).rejects.toMatchObject(refused(/not valid/));
  expect(asked).toBe(0);
});

test('TLS 1.2 is not enough', async () => {
  const tls = await certificate();
  await expect(ask(await serve(tls, 'TLSv1.2'), { ca: tls.cert })).rejects.toMatchObject(refused(/TLS 1\.3/));
  expect(asked).toBe(0);
});

test.each(['http://central.example', 'http://192.0.2.7:8443', 'http://[2001:db8::1]/', 'http://localhost.example'])(
  'nothing goes plainly to %s',
  async url => {
    await expect(ask(url, {})).rejects.toMatchObject(refused(/https/));
  },
);

test('what answers plainly where TLS was expected', async () => {
  const url = await serve(await certificate());
  await expect(ask(url.replace('https', 'http'), {})).rejects.toMatchObject({ code: 'server_unreachable' });
  expect(asked).toBe(0);
});

test('the central server itself over TLS 1.3, with HSTS; wrong files are told in words', async () => {
  const tls = await certificate();
  const files = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') };
  writeFileSync(files.certFile, tls.cert);
  writeFileSync(files.keyFile, tls.key);
  const central = await startCentralServer({ dataDir: join(dir, 'data'), port: 0, tls: files });
  try {
    expect(central.url).toMatch(/^https:/);
    expect(await createCentralClient(central.url, null, { ca: tls.cert, pin: tls.pin }).escrowKey(signal)).toMatch(
      /x25519/,
    );
    expect(await hstsOf(central.url, tls.cert)).toMatch(/max-age=\d{8}/);
  } finally {
    await central.close();
  }
  writeFileSync(files.keyFile, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
  await expect(startCentralServer({ dataDir: join(dir, 'other'), port: 0, tls: files })).rejects.toThrow(/belong/);
});

async function hstsOf(url: string, ca: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    request(new URL('/health', url), { ca, agent: false }, response => {
      response.resume();
      resolve(response.headers['strict-transport-security']);
    })
      .once('error', reject)
      .end();
  });
}
