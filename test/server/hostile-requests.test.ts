import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import { usualLimits } from '../../server/limits.ts';
import { hostile } from '../support/mutations.ts';
import { createStationLog, type StationLog } from './station-client.ts';

const endless = { burst: 1_000_000, perSecond: 1_000_000 };
const limits = { ...usualLimits, address: endless, station: endless, all: endless, tokens: endless };
const dir = mkdtempSync(join(tmpdir(), 'bench-hostile-'));
let server: CentralServer;
let log: StationLog;

beforeAll(async () => {
  server = await startCentralServer({ dataDir: dir, port: 0, limits });
  log = createStationLog();
  await log.enrol(server.url, await server.createEnrolCode(), 'AAAA');
  log.write(300);
  expect((await log.send(server.url, log.batch(0, 300))).status).toBe(200);
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

/** A refusal in words (RFC 9457), never a fault of the server. */
async function expectRefusal(answer: Response, statuses: readonly number[]): Promise<void> {
  const body = await answer.text();
  expect({ status: answer.status, statuses, body }).toMatchObject({
    status: expect.toSatisfy(s => statuses.includes(s)),
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(body)).toMatchObject({ status: answer.status, detail: expect.stringMatching(/./) });
}

/** Header values as fetch takes them: no control characters, nothing beyond Latin-1. */
const asHeader = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '~')
    .trim();

test('a batch with wounds is refused and stored nowhere', async () => {
  log.write(310);
  const batch = log.batch(300, 310);
  await fc.assert(
    fc.asyncProperty(hostile(batch), async bytes => {
      fc.pre(!bytes.equals(batch));
      await expectRefusal(await log.send(server.url, bytes), [400, 403, 404, 409, 413, 422]);
    }),
    { numRuns: 150 },
  );
  expect((await log.send(server.url, batch)).status).toBe(200);
});

test('so is a gzip stream with wounds', async () => {
  const batch = log.batch(300, 310);
  await fc.assert(
    fc.asyncProperty(hostile(gzipSync(batch)), async bytes => {
      const answer = await log.send(server.url, bytes, { 'content-encoding': 'gzip' });
      // A wound in the header of a gzip file may change no byte of what is in it.
      if (answer.status !== 200) await expectRefusal(answer, [400, 403, 404, 409, 413, 422]);
    }),
    { numRuns: 100 },
  );
});

test.each(['authorization', 'dpop'] as const)('%s with wounds lets nobody in', async which => {
  const path = `/v1/logs/${log.oh}/checkpoint`;
  const access = log.access(server.url);
  const good = await access.headers('GET', path);
  await fc.assert(
    fc.asyncProperty(hostile(Buffer.from(good[which] ?? '')), async bytes => {
      const value = asHeader(bytes);
      fc.pre(value !== good[which]);
      const headers = { ...good, [which]: value };
      await expectRefusal(await fetch(new URL(path, server.url), { headers }), [401, 403]);
    }),
    { numRuns: 200 },
  );
  expect((await fetch(new URL(path, server.url), { headers: good })).status).toBe(200);
});

test('an assertion with wounds is given no token', async () => {
  const access = log.access(server.url);
  const good = await access.assertion();
  await fc.assert(
    fc.asyncProperty(hostile(Buffer.from(good)), async bytes => {
      fc.pre(bytes.toString('utf8') !== good);
      await expectRefusal(await access.ask({ client_assertion: bytes.toString('utf8') }), [400, 401, 413]);
    }),
    { numRuns: 150 },
  );
});

test('the path of a tile with wounds is a tile or nothing', async () => {
  const access = log.access(server.url);
  await access.token();
  await fc.assert(
    fc.asyncProperty(hostile(Buffer.from('entries/x000/001.p/44')), async bytes => {
      const path = `/v1/logs/${log.oh}/tile/${encodeURIComponent(bytes.toString('utf8')).replaceAll('%2F', '/')}`;
      const { pathname } = new URL(path, server.url);
      fc.pre(pathname.includes('/tile/'));
      const answer = await fetch(new URL(pathname, server.url), { headers: await access.headers('GET', pathname) });
      if (answer.status === 200) expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(0);
      else await expectRefusal(answer, [400, 401, 404, 414]);
    }),
    { numRuns: 150 },
  );
});

test('whatever is sent to be enrolled with is refused', async () => {
  const body = JSON.stringify({ code: 'AAAA-BBBB', prefix: 'BBBB', keys: { log: 'x', auth: 'y', encryption: 'z' } });
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        hostile(Buffer.from(body)),
        fc.json().map(text => Buffer.from(text)),
      ),
      async bytes => {
        const headers = { 'content-type': 'application/json' };
        const answer = await fetch(new URL('/v1/enrol', server.url), {
          method: 'POST',
          headers,
          body: Uint8Array.from(bytes),
        });
        await expectRefusal(answer, [400, 404, 429]);
      },
    ),
    { numRuns: 150 },
  );
});

test('a proof is written in one way: loose bits of its last character make it none', async () => {
  const path = `/v1/logs/${log.oh}/checkpoint`;
  const good = await log.access(server.url).headers('GET', path);
  const [letters, dpop = ''] = ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', good.dpop];
  const loose = `${dpop.slice(0, -1)}${letters[letters.indexOf(dpop.at(-1) ?? '') + 1]}`;
  expect(Buffer.from(loose.split('.')[2] ?? '', 'base64url')).toEqual(
    Buffer.from(dpop.split('.')[2] ?? '', 'base64url'),
  );
  await expectRefusal(await fetch(new URL(path, server.url), { headers: { ...good, dpop: loose } }), [401]);
});
