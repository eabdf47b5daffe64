import { createServer, type RequestListener, type Server } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createCentralClient } from '../../electron/drivers/central/central.http.ts';

const signal = new AbortController().signal;
const body = Buffer.from('a batch');
const problem = { 'content-type': 'application/problem+json' };
const unreachable = { name: 'BenchError', code: 'server_unreachable' };
const others = { authKey: 'key', encryptionKey: 'key', authProof: 'proof', encryptionProof: 'proof' };
const request = { code: 'a code', prefix: 'AAAA', stationId: 'station', vkey: 'vkey', proof: 'proof', ...others };

let server: Server | null = null;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

/** A client of something that answers like this. */
async function clientOf(listener: RequestListener) {
  const listening = createServer(listener);
  server = listening;
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return createCentralClient(`http://127.0.0.1:${address.port}`);
}

const answering = (status: number, headers: Record<string, string>, text: string) =>
  clientOf((_, response) => response.writeHead(status, headers).end(text));

describe('a batch', () => {
  test.each([
    [200, { 'content-type': 'text/plain; charset=utf-8' }, '\u2014 witness AAAA\n', { kind: 'cosigned' }],
    [409, { 'content-type': 'text/x.tlog.size' }, '17\n', { kind: 'size_conflict', size: 17 }],
    [413, problem, '{"detail":"much"}', { kind: 'too_large' }],
    [413, { 'content-type': 'text/html' }, '<p>', { kind: 'too_large' }],
    [422, problem, '{"detail":"forked"}', { kind: 'disputed', detail: 'forked' }],
    [423, problem, '{"detail":"frozen"}', { kind: 'frozen', detail: 'frozen' }],
    [429, {}, '', { kind: 'busy', retryAfterMs: null }],
    [503, { 'retry-after': '7' }, '', { kind: 'busy', retryAfterMs: 7_000 }],
    [403, problem, '{"title":"no"}', { kind: 'refused', status: 403, detail: 'no' }],
  ])('%i %j is what the server says', async (status, headers, text, answer) => {
    const client = await answering(status, headers, text);
    expect(await client.putBatch('oh', body, signal)).toMatchObject(answer);
  });

  test.each([
    ['a sign-in page', 200, { 'content-type': 'text/html' }, '<html>'],
    ['a sign-in page that says it is text', 200, { 'content-type': 'text/plain' }, 'please sign in'],
    ['nothing', 200, {}, ''],
    ['a redirect', 302, { location: '/elsewhere' }, ''],
    ['an error of something between', 502, { 'content-type': 'text/html' }, 'bad gateway'],
    ['a conflict that names no size', 409, { 'content-type': 'text/x.tlog.size' }, 'many'],
    ['a conflict of something else', 409, { 'content-type': 'text/html' }, '17'],
    ['a refusal of something else', 422, { 'content-type': 'application/json' }, '{"detail":"forked"}'],
    ['a problem that is none', 422, problem, 'nonsense'],
    ['far too much', 200, { 'content-type': 'text/plain' }, '\u2014 '.repeat(200_000)],
  ])('%s is not the server', async (_, status, headers, text) => {
    const client = await answering(status, headers, text);
    await expect(client.putBatch('oh', body, signal)).rejects.toMatchObject(unreachable);
  });

  test('a redirect is not followed', async () => {
    const asked: (string | undefined)[] = [];
    const client = await clientOf((incoming, response) => {
      asked.push(incoming.url);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    await expect(client.putBatch('oh', body, signal)).rejects.toMatchObject(unreachable);
    expect(asked).toEqual(['/v1/logs/oh/batches']);
  });

  test('a large one travels packed and arrives whole', async () => {
    const large = Buffer.alloc(100_000, 'entry ');
    const received: Buffer[] = [];
    const client = await clientOf((incoming, response) => {
      expect(incoming.headers).toMatchObject({
        'content-encoding': 'gzip',
        'content-type': 'application/vnd.audit-batch.v1',
      });
      incoming.on('data', (chunk: Buffer) => received.push(chunk));
      incoming.on('end', () => response.writeHead(503).end());
    });
    await client.putBatch('oh', large, signal);
    expect(gunzipSync(Buffer.concat(received))).toEqual(large);
  });

  test('a connection that breaks, and one that was never there', async () => {
    const client = await clientOf((_, response) => response.destroy());
    await expect(client.putBatch('oh', body, signal)).rejects.toMatchObject(unreachable);
    server?.close();
    await expect(client.putBatch('oh', body, signal)).rejects.toMatchObject(unreachable);
  });

  test('a server that never answers is left when the bench closes', async () => {
    const stop = new AbortController();
    const client = await clientOf(() => stop.abort());
    await expect(client.putBatch('oh', body, stop.signal)).rejects.toMatchObject({
      ...unreachable,
      message: 'The attempt was stopped.',
    });
  });
});

describe('enrolment and the fleet proof', () => {
  const json = { 'content-type': 'application/json' };

  test('are read when they are what was asked for', async () => {
    const enrolment = { origin: 'o', witnessVkey: 'w', fleetVkey: 'f' };
    expect(await (await answering(201, json, JSON.stringify(enrolment))).enrol(request, signal)).toEqual(enrolment);
    server?.close();
    const proof = { entry: 'e', proof: 'p', rotations: [], revoked: null };
    expect(await (await answering(200, json, JSON.stringify(proof))).fleetProof('oh', signal)).toEqual(proof);
  });

  test('a refusal keeps the words of the server', async () => {
    const client = await answering(410, problem, '{"detail":"This code has expired."}');
    await expect(client.enrol(request, signal)).rejects.toMatchObject({
      code: 'server_refused',
      message: expect.stringContaining('This code has expired.'),
    });
  });

  test.each([
    [200, '{}'],
    [201, '{}'],
    [201, '<html>'],
    [500, ''],
  ])('%i %s is not the server', async (status, text) => {
    const client = await answering(status, json, text);
    await expect(client.enrol(request, signal)).rejects.toMatchObject(unreachable);
    await expect(client.fleetProof('oh', signal)).rejects.toMatchObject(unreachable);
  });
});
