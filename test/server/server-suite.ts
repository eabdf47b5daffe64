import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import { encodeBatch } from '../../shared/tlog/batch.ts';
import { decodeBundle } from '../../shared/tlog/bundle.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { encodeEntry } from '../../shared/tlog/entry.ts';
import { leafHash } from '../../shared/tlog/hash.ts';
import { openNote, parseVkey } from '../../shared/tlog/note.ts';
import { createSteps } from '../../shared/verify/steps.ts';
import { checkTrust } from '../../shared/verify/trust.ts';
import { untilDone } from '../support/until.ts';
import { describeAccess } from './access-suite.ts';
import { describeKeys } from './key-suite.ts';
import { createStationLog, escrowNoteOf, type StationLog } from './station-client.ts';

const hourMs = 3_600_000;
let dir: string;
let nowMs: number;
let server: CentralServer;
let databaseUrl: string | undefined;

const start = () => startCentralServer({ dataDir: join(dir, 'data'), databaseUrl, port: 0, now: () => nowMs });

const get = (path: string) => fetch(new URL(path, server.url));

function post(path: string, type: string, body: string | Buffer, headers: Record<string, string> = {}) {
  return fetch(new URL(path, server.url), {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: typeof body === 'string' ? body : Uint8Array.from(body),
  });
}

const now = () => nowMs;
const enrol = (request: object) => post('/v1/enrol', 'application/json', JSON.stringify(request));
const send = (log: StationLog, body: Buffer, headers: Record<string, string> = {}) =>
  log.send(server.url, body, headers, now);
const read = (log: StationLog, path: string) => log.ask(server.url, path, {}, now);

async function enrolled(prefix = 'AAAA'): Promise<StationLog> {
  const log = createStationLog();
  expect((await log.enrol(server.url, await server.createEnrolCode(), prefix)).status).toBe(201);
  return log;
}

/** The size that the server's checkpoint gives, signed by the station and by the server. */
async function witnessedSize(log: StationLog): Promise<number> {
  const note = await (await read(log, `/v1/logs/${log.oh}/checkpoint`)).text();
  const { text, signatures } = openNote(note, [parseVkey(log.vkey), parseVkey(server.witnessVkey)]);
  expect(signatures.map(({ algorithm }) => algorithm)).toEqual(['ed25519', 'cosignature']);
  return parseCheckpoint(text).size;
}

async function expectProblem(response: Response, status: number, words: RegExp): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(await response.json()).toMatchObject({ status, detail: expect.stringMatching(words) });
}

async function expectSize(response: Response, size: number): Promise<void> {
  expect(response.status).toBe(409);
  expect(response.headers.get('content-type')).toMatch(/^text\/x\.tlog\.size/);
  expect(await response.text()).toBe(`${size}\n`);
}

/**
 * What a central server promises, whatever it stores in. `newDatabase` answers the address of an empty database, or
 * undefined for the embedded store.
 */
export function describeServer(newDatabase: () => Promise<string | undefined>): void {
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    nowMs = Date.parse('2026-01-01T00:00:00Z');
    databaseUrl = await newDatabase();
    server = await start();
  });
  afterEach(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  describeKeys({ enrolled, send, get, expectProblem });
  describeAccess({
    enrolled,
    url: () => server.url,
    now,
    pass: ms => {
      nowMs += ms;
    },
    async restart() {
      await server.close();
      server = await start();
    },
    createEnrolCode: station => server.createEnrolCode(hourMs, station),
    expectProblem,
  });

  describe('enrolment', () => {
    test('answers with the keys, and the fleet log names the station to whoever pinned one string', async () => {
      const log = createStationLog();
      const answer = await log.enrol(server.url, await server.createEnrolCode(), 'AAAA');
      expect(answer.status).toBe(201);
      const { fleetVkey, witnessVkey } = server;
      expect(await answer.json()).toEqual({ origin: log.origin, fleetVkey, witnessVkey });
      const proof = await get(`/fleet/stations/${log.oh}/proof`);
      const fleet = (await proof.json()) as { entry: string; proof: string };
      const steps = createSteps();
      checkTrust({ logVkey: log.vkey, witnessVkey, fleetVkey, fleet }, { fleetVkey }, steps);
      expect(steps.verification()).toMatchObject({ ok: true });
      expect(steps.verification().steps.map(({ step }) => step)).toContain('enrolment');
    });

    test('a code serves one station: asking again is answered, another station is not', async () => {
      const code = await server.createEnrolCode();
      const note = await escrowNoteOf(server.url);
      const request = createStationLog().enrolment(code, 'AAAA', note);
      expect((await enrol(request)).status).toBe(201);
      expect((await enrol(request)).status).toBe(201);
      await expectProblem(await enrol(createStationLog().enrolment(code, 'BBBB', note)), 409, /used before/);
      expect((await get('/fleet/checkpoint')).status).toBe(200);
      expect((await (await get('/fleet/checkpoint')).text()).split('\n')[1]).toBe('2');
    });

    test('of many stations at once: each with its own code is taken, and of those with one code a single one', async () => {
      const logs = Array.from({ length: 6 }, () => createStationLog());
      const codes = await Promise.all(logs.map(() => server.createEnrolCode()));
      const all = await Promise.all(logs.map((log, i) => log.enrol(server.url, codes[i] ?? '', `OWN${i}`)));
      expect(all.map(({ status }) => status)).toEqual(logs.map(() => 201));
      const code = await server.createEnrolCode();
      const rivals = Array.from({ length: 6 }, () => createStationLog());
      const answers = await Promise.all(rivals.map((log, i) => log.enrol(server.url, code, `RIV${i}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
      expect((await (await get('/fleet/checkpoint')).text()).split('\n')[1]).toBe('8');
      const namesakes = await Promise.all(
        Array.from({ length: 4 }, async () => ({ log: createStationLog(), code: await server.createEnrolCode() })),
      );
      const named = await Promise.all(namesakes.map(({ log, code }) => log.enrol(server.url, code, 'SAME')));
      expect(named.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    });

    test('a code that is unknown or has expired', async () => {
      await expectProblem(await createStationLog().enrol(server.url, 'never made', 'AAAA'), 400, /not known/);
      const code = await server.createEnrolCode(hourMs);
      nowMs += hourMs;
      await expectProblem(await createStationLog().enrol(server.url, code, 'AAAA'), 410, /expired/);
    });

    test('a refusal uses no code up: a taken prefix, a key that was not shown, a key of another station', async () => {
      await enrolled('AAAA');
      const code = await server.createEnrolCode();
      const log = createStationLog();
      const other = createStationLog();
      const note = await escrowNoteOf(server.url);
      await expectProblem(await enrol(log.enrolment(code, 'AAAA', note)), 409, /prefix AAAA/);
      const mine = log.enrolment(code, 'BBBB', note);
      const theirs = other.enrolment(code, 'BBBB', note);
      for (const name of ['proof', 'authProof', 'encryptionProof', 'authKey', 'encryptionKey'] as const)
        await expectProblem(await enrol({ ...mine, [name]: theirs[name] }), 400, /prove/);
      const weak = Buffer.alloc(32).toString('base64');
      await expectProblem(await enrol({ ...mine, encryptionKey: weak }), 400, /prove/);
      await expectProblem(await enrol({ ...mine, vkey: other.vkey }), 400, /of this station/);
      expect((await enrol(mine)).status).toBe(201);
    });

    test.each([['{'], ['null'], ['[]'], ['{"code":1}']])('nonsense: %s', async body => {
      const answer = await post('/v1/enrol', 'application/json', body);
      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    });
  });

  describe('batches', () => {
    test('are cosigned one after the other, plain or with gzip, and can be read back', async () => {
      const log = await enrolled();
      log.write(300);
      const first = await send(log, log.batch(0, 100));
      expect(first.status).toBe(200);
      const { signatures } = openNote(log.head(100) + (await first.text()), [parseVkey(server.witnessVkey)]);
      expect(signatures).toMatchObject([{ algorithm: 'cosignature', timeS: nowMs / 1000 }]);
      const packed = await send(log, gzipSync(log.batch(100, 300)), { 'content-encoding': 'gzip' });
      expect(packed.status).toBe(200);
      expect(await witnessedSize(log)).toBe(300);
      const bytes = async (path: string) =>
        Buffer.from(await (await read(log, `/v1/logs/${log.oh}/${path}`)).arrayBuffer());
      expect(decodeBundle(await bytes('tile/entries/000'))).toEqual(log.entries.slice(0, 256));
      expect(decodeBundle(await bytes('tile/entries/001.p/44'))).toEqual(log.entries.slice(256));
      expect(await bytes('tile/0/000')).toEqual(Buffer.concat(log.entries.slice(0, 256).map(leafHash)));
      expect((await bytes('tile/1/000.p/1')).length).toBe(32);
      for (const path of ['tile/0/001', 'tile/entries/001.p/45', 'tile/1/000', 'tile/x', 'tile/0/000.p/0'])
        await expectProblem(await read(log, `/v1/logs/${log.oh}/${path}`), 404, /./);
    });

    test('entries that no schema knows stop nothing', async () => {
      const log = await enrolled();
      log.entries.push(Buffer.from('not JSON'), Buffer.from([0, 255, 0]), Buffer.alloc(65_535, 7), Buffer.from('{}'));
      expect((await send(log, log.batch(0, 4))).status).toBe(200);
      log.write(1);
      expect((await send(log, log.batch(4, 5))).status).toBe(200);
    });

    test('a replay is answered again and stored once', async () => {
      const log = await enrolled();
      log.write(10);
      expect((await send(log, log.batch(0, 5))).status).toBe(200);
      expect((await send(log, log.batch(0, 5))).status).toBe(200);
      expect((await send(log, log.batch(5, 10))).status).toBe(200);
      expect((await send(log, log.batch(0, 5))).status).toBe(200);
      expect(await witnessedSize(log)).toBe(10);
    });

    test('that begin elsewhere are told where to begin', async () => {
      const log = await enrolled();
      log.write(10);
      await expectSize(await send(log, log.batch(3, 10)), 0);
      expect((await send(log, log.batch(0, 5))).status).toBe(200);
      await expectSize(await send(log, log.batch(3, 10)), 5);
      await expectSize(await send(log, log.batch(0, 4)), 5);
      expect((await send(log, log.batch(5, 10))).status).toBe(200);
    });

    test('of two clients at once: one tree, and the slower one is cosigned or told the size', async () => {
      const log = await enrolled();
      log.write(40);
      const ends = [10, 20, 30, 40, 20, 40];
      const answers = await Promise.all(ends.map(to => send(log, log.batch(0, to))));
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
      const size = await witnessedSize(log);
      for (const [i, answer] of answers.entries())
        if (answer.status !== 200) await expectSize(answer, size);
        else expect(ends[i]).toBe(size);
      if (size < 40) expect((await send(log, log.batch(size, 40))).status).toBe(200);
    });

    test('with a wrong signature, of another log or of a log nobody enrolled', async () => {
      const [log, other] = [await enrolled('AAAA'), await enrolled('BBBB')];
      for (const one of [log, other]) one.write(2);
      await expectProblem(await send(log, other.batch(0, 2)), 403, /not signed/);
      const spoiled = log.batch(0, 2);
      const dash = spoiled.indexOf('\u2014 ');
      const at = spoiled.indexOf(' ', dash + 5) + 12;
      spoiled[at] = spoiled[at] === 65 ? 66 : 65;
      await expectProblem(await send(log, spoiled), 403, /not signed/);
      const elsewhere = encodeBatch({ oldSize: 0, proof: [], note: log.head(2, other.origin), entries: log.entries });
      await expectProblem(await send(log, elsewhere), 404, /another log/);
      const nobodys = `/v1/logs/${createStationLog().oh}/checkpoint`;
      await expectProblem(await read(log, nobodys), 404, /No such log/);
      await expectProblem(await read(log, `/v1/logs/${other.oh}/checkpoint`), 403, /another station/);
      expect((await send(log, log.batch(0, 2))).status).toBe(200);
    });

    test('that are altered again and again fill no disk, and a fork is kept all the same', async () => {
      const log = await enrolled();
      log.write(8);
      const kept = async () => /^bench_quarantined_heads (\d+)$/m.exec(await (await get('/metrics')).text())?.[1];
      const altered = log.batch(0, 8);
      altered[altered.length - 1] = 33;
      for (let times = 0; times < 105; times++) expect((await send(log, altered)).status).toBe(422);
      expect(await kept()).toBe('100');
      expect((await send(log, log.batch(0, 8))).status).toBe(200);
      log.entries.splice(0);
      log.write(8, 'rewritten');
      expect((await send(log, log.batch(0, 8))).status).toBe(422);
      expect(await kept()).toBe('101');
      expect((await send(log, log.batch(0, 8))).status).toBe(423);
    });

    test('that were altered on the way are refused and nothing of them is kept', async () => {
      const log = await enrolled();
      log.write(8);
      const altered = log.batch(0, 8);
      altered[altered.length - 1] = 33;
      await expectProblem(await send(log, altered), 422, /do not add up/);
      await expectProblem(await read(log, `/v1/logs/${log.oh}/checkpoint`), 404, /Nothing/);
    });

    test('of another history of the same length freeze the log, and only this one', async () => {
      const [log, other] = [await enrolled('AAAA'), await enrolled('BBBB')];
      log.write(10);
      expect((await send(log, log.batch(0, 10))).status).toBe(200);
      log.entries.splice(5, 5);
      log.write(5, 'rewritten');
      await expectProblem(await send(log, log.batch(0, 10)), 422, /Another history/);
      await expectProblem(await send(log, log.batch(0, 10)), 423, /frozen/);
      other.write(1);
      expect((await send(other, other.batch(0, 1))).status).toBe(200);
      await server.close();
      server = await start();
      await expectProblem(await send(log, log.batch(0, 10)), 423, /frozen/);
    });

    test('of another history that is longer are never cosigned, and prove nothing against the log', async () => {
      const log = await enrolled();
      log.write(10);
      expect((await send(log, log.batch(0, 10))).status).toBe(200);
      const honest = [...log.entries];
      log.entries.splice(5, 5);
      log.write(7, 'rewritten');
      await expectProblem(await send(log, log.batch(10, 12)), 422, /does not continue/);
      log.entries.splice(0, log.entries.length, ...honest);
      log.write(2);
      expect((await send(log, log.batch(10, 12))).status).toBe(200);
    });

    test('that are no batch, of another type, or too much', async () => {
      const log = await enrolled();
      log.write(2);
      const path = `/v1/logs/${log.oh}/batches`;
      await expectProblem(await send(log, Buffer.from('nonsense')), 400, /no batch/);
      await expectProblem(await send(log, log.batch(0, 2), { 'content-encoding': 'gzip' }), 400, /gzip/);
      await expectProblem(await send(log, log.batch(0, 2), { 'content-encoding': 'br' }), 415, /gzip/);
      await expectProblem(await send(log, Buffer.from('{}'), { 'content-type': 'application/json' }), 415, /batch/);
      expect((await send(log, Buffer.from('<p>'), { 'content-type': 'text/html' })).status).toBe(415);
      expect((await post(path, 'application/json', '{}')).status).toBe(401);
      await expectProblem(await send(log, Buffer.alloc(16 * 1024 * 1024 + 1)), 413, /./);
      const bomb = gzipSync(Buffer.alloc(17 * 1024 * 1024));
      await expectProblem(await send(log, bomb, { 'content-encoding': 'gzip' }), 413, /unfolds/);
      const many = Array.from({ length: 10_001 }, () => Buffer.from('{}'));
      const crowd = encodeBatch({ oldSize: 0, proof: [], note: log.head(2), entries: many });
      await expectProblem(await send(log, crowd), 413, /10,000/);
      expect((await send(log, log.batch(0, 2))).status).toBe(200);
    });
  });

  test('what entries tell is read after they were taken, once, and what cannot be read stops nothing', async () => {
    const log = await enrolled();
    const job = randomUUID();
    const tell = (type: string, data: Record<string, unknown>, about = job) => {
      const [id, boot, seq] = [randomUUID(), randomUUID(), log.entries.length];
      const at = new Date(nowMs + seq).toISOString();
      log.entries.push(
        encodeEntry({ v: 1, seq, id, type, at, boot, mono: '1', origin: log.origin, job: about, data, pii: [] }),
      );
    };
    tell('job.opened', { ticket: 'AAAA-000001' });
    tell('job.intake_completed', { from: 'intake', to: 'reset' });
    log.write(1, 'not JSON');
    tell('job.held', { from: 'intake', to: 'held' }, randomUUID());
    tell('job.opened', {}, randomUUID());
    expect((await send(log, log.batch(0, 5))).status).toBe(200);
    const counted = async (name: string) =>
      new RegExp(`^bench_${name} (\\d+)$`, 'm').exec(await (await get('/metrics')).text())?.[1];
    await untilDone(async () => expect(await counted('unprojected_entries')).toBe('0'));
    expect(await counted('projection_errors')).toBe('3');
    const known = { ticket: 'AAAA-000001', state: 'reset', type: 'job.intake_completed' };
    expect(await server.jobs()).toMatchObject([known]);
    await server.close();
    server = await start();
    tell('job.failed', { from: 'reset', to: 'failed' });
    expect((await send(log, log.batch(5, 6))).status).toBe(200);
    await untilDone(async () => expect(await counted('unprojected_entries')).toBe('0'));
    expect(await counted('projection_errors')).toBe('3');
    expect(await server.jobs()).toMatchObject([{ ...known, state: 'failed', type: 'job.failed' }]);
  });

  test('keeps everything over a restart', async () => {
    const log = await enrolled();
    log.write(300);
    expect((await send(log, log.batch(0, 280))).status).toBe(200);
    const { fleetVkey, witnessVkey } = server;
    await server.close();
    server = await start();
    expect(server).toMatchObject({ fleetVkey, witnessVkey });
    expect(await witnessedSize(log)).toBe(280);
    expect((await send(log, log.batch(280, 300))).status).toBe(200);
  });
  test('health, and a path where nothing is', async () => {
    expect(await (await get('/health')).json()).toEqual({ status: 'ok' });
    await expectProblem(await get('/nothing'), 404, /nothing/);
  });
}
