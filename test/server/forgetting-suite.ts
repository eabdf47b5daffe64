import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import { directoryKeyName, signDirectory } from '../../shared/tlog/directory-note.ts';
import { createNoteSigner, openNote, parseVkey } from '../../shared/tlog/note.ts';
import { describeBlobs } from './blob-suite.ts';
import { createSealedLog, type SealedLog } from './sealed-log.ts';

let dir: string;
let nowMs: number;
let server: CentralServer;

type Ask = { as?: SealedLog; body?: unknown; method?: string; headers?: Record<string, string> };

/** A request of a station, or of a stranger. */
async function ask(path: string, { as, body, method = body === undefined ? 'GET' : 'POST', headers = {} }: Ask = {}) {
  const bytes = Buffer.isBuffer(body);
  const init: RequestInit = {
    method,
    ...(body === undefined
      ? { headers }
      : {
          headers: { ...headers, 'content-type': bytes ? 'application/octet-stream' : 'application/json' },
          body: bytes ? Uint8Array.from(body) : JSON.stringify(body),
        }),
  };
  const answer = as ? await as.ask(server.url, path, init, () => nowMs) : await fetch(new URL(path, server.url), init);
  const text = Buffer.from(await answer.arrayBuffer());
  const json = (): unknown => JSON.parse(text.toString('utf8'));
  return { status: answer.status, bytes: text, json, text: () => text.toString('utf8') };
}

async function enrolled(prefix: string): Promise<SealedLog> {
  const log = createSealedLog();
  expect((await log.enrol(server.url, await server.createEnrolCode(), prefix)).status).toBe(201);
  return log;
}

async function sync(log: SealedLog, from = 0): Promise<void> {
  const batch = log.batch(from, log.entries.length);
  expect((await log.send(server.url, batch, {}, () => nowMs)).status).toBe(200);
}

const place = (log: SealedLog, n: number) => `/v1/logs/${log.oh}/pii/${n}/0`;
const put = (log: SealedLog, n: number, body: Buffer, as = log) => ask(place(log, n), { as, body, method: 'PUT' });
const ctOf = (log: SealedLog, n: number) => log.sealed[n]?.ct ?? Buffer.alloc(0);
const key = (text: string) => ({ recipients: [`${Buffer.from(text).toString('base64url')}..aaaa.bbbb.cccc`] });
const putKey = (subject: string, as: SealedLog, text = 'key') =>
  ask(`/v1/subjects/${subject}/key`, { as, body: key(text), method: 'PUT' });
const forget = (subject: string, as: SealedLog) => ask(`/v1/subjects/${subject}/forget`, { as, method: 'POST' });
const acknowledge = (n: number, as: SealedLog, outcome: string) =>
  ask(`/v1/orders/${n}/ack`, { as, body: { outcome } });

/** What a server promises about sealed personal data, whatever it stores in. `everything` reads all that it keeps. */
export function describeForgetting<T extends string | undefined>(
  newDatabase: () => Promise<T>,
  everything: (databaseUrl: T, folder: string) => string,
): void {
  let databaseUrl: T;

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    nowMs = Date.parse('2026-01-01T00:00:00Z');
    databaseUrl = await newDatabase();
    server = await startCentralServer({
      dataDir: join(dir, 'data'),
      databaseUrl,
      port: 0,
      now: () => nowMs,
    });
  });
  afterEach(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  describe('encrypted files', () =>
    describeBlobs({
      enrolled,
      ask,
      order: async subject => {
        await server.orders.forget(subject, null);
      },
      restart: async () => {
        await server.close();
        server = await startCentralServer({ dataDir: join(dir, 'data'), databaseUrl, port: 0, now: () => nowMs });
      },
    }));

  describe('sealed values', () => {
    test('one at a time: stored, the same again, something else, not what the entry says, no such entry', async () => {
      const log = await enrolled('AAAA');
      const subject = randomUUID();
      log.tell(subject, { name: 'Ann' });
      log.tell(subject, { name: 'Ann' });
      expect((await put(log, 0, ctOf(log, 0))).status).toBe(404);
      await sync(log);
      expect((await put(log, 0, ctOf(log, 0))).status).toBe(201);
      expect((await put(log, 0, ctOf(log, 0))).status).toBe(200);
      expect((await put(log, 0, ctOf(log, 1))).status).toBe(422);
      expect((await put(log, 7, ctOf(log, 0))).status).toBe(404);
      expect((await ask(`/v1/logs/${log.oh}/pii/0/5`, { as: log, body: ctOf(log, 0), method: 'PUT' })).status).toBe(
        404,
      );
      expect((await ask(place(log, 0), { as: log, body: { x: 1 }, method: 'PUT' })).status).toBe(415);
      expect((await ask(`/v1/logs/${log.oh}/pii/-1/0`, { as: log })).status).toBe(400);
      expect((await ask(place(log, 0), { as: log })).bytes).toEqual(ctOf(log, 0));
      expect((await ask(place(log, 1), { as: log })).status).toBe(404);
    });

    test('many at once, and read again by the station alone', async () => {
      const log = await enrolled('AAAA');
      const other = await enrolled('BBBB');
      for (let i = 0; i < 600; i++) log.tell(randomUUID(), { i });
      await sync(log);
      const values = log.sealed.map(({ idx, slot, ct }) => ({ idx, slot, ct: ct.toString('base64') }));
      const wrong = { ...values[0], ct: values[1]?.ct };
      const path = `/v1/logs/${log.oh}/pii`;
      const sent = await ask(path, { as: log, body: { values: [...values, wrong] } });
      const { results } = sent.json() as { results: { status: number }[] };
      expect(results.map(r => r.status)).toEqual([...values.map(() => 201), 422]);
      const first = (await ask(path, { as: log })).json() as { values: unknown[]; next: number };
      expect(first).toMatchObject({ next: 500 });
      const second = (await ask(`${path}?from=${first.next}`, { as: log })).json() as { values: unknown[] };
      expect([...first.values, ...second.values]).toEqual(values);
      expect((await ask(path, { as: other })).status).toBe(403);
      expect((await ask(place(log, 0), { as: other })).status).toBe(403);
      expect((await put(log, 0, ctOf(log, 0), other)).status).toBe(403);
      expect((await ask(path, { as: log, body: { values: [{ idx: -1, slot: 0, ct: '' }] } })).status).toBe(400);
    });
  });

  test('a key in escrow: stored, the same, another; each station gets back its own alone', async () => {
    const log = await enrolled('AAAA');
    const other = await enrolled('BBBB');
    const subject = randomUUID();
    expect((await putKey(subject, log)).status).toBe(201);
    expect((await putKey(subject, log)).status).toBe(200);
    expect((await putKey(subject, log, 'another')).status).toBe(409);
    const path = `/v1/subjects/${subject}/key`;
    expect((await ask(path, { as: other })).status).toBe(404);
    expect((await putKey(subject, other, 'another')).status).toBe(201);
    expect((await ask(path, { as: log })).json()).toEqual(key('key'));
    expect((await ask(path, { as: other })).json()).toEqual(key('another'));
    expect((await ask(path, { as: log, body: { recipients: ['no jwe'] }, method: 'PUT' })).status).toBe(400);
    expect((await ask('/v1/subjects/nobody/key', { as: log })).status).toBe(400);
  });

  test('the key to seal to is signed with the one key that stations pinned', async () => {
    const note = (await ask('/v1/escrow-key')).text();
    const { text } = openNote(note, [parseVkey(server.fleetVkey)]);
    expect(text).toMatch(/^veriqko-central\/escrow\nx25519\n[A-Za-z0-9+/]{43}=\n$/);
  });

  describe('an order to forget', () => {
    test('deletes here at once, reaches every station, and is complete when every holder has done it', async () => {
      const [a, b, stranger] = [await enrolled('AAAA'), await enrolled('BBBB'), await enrolled('CCCC')];
      const [subject, other] = [randomUUID(), randomUUID()];
      for (const log of [a, b]) {
        log.tell(subject, { name: 'Ann' });
        log.tell(other, { name: 'Bob' });
        await sync(log);
        for (const n of [0, 1]) expect((await put(log, n, ctOf(log, n))).status).toBe(201);
      }
      await putKey(subject, a);
      await putKey(other, a);
      expect((await ask('/v1/orders', { as: a })).status).toBe(204);
      expect((await forget(randomUUID(), a)).status).toBe(404);
      expect((await forget(subject, stranger)).status).toBe(404);

      const kept = () => everything(databaseUrl, join(dir, 'data'));
      const escrow = 'escrow of the key';
      await putKey(subject, b, escrow);
      const jwe = key(escrow).recipients[0] ?? '';
      const gone = [ctOf(a, 0).toString('hex'), ctOf(b, 0).toString('hex'), jwe];
      for (const text of [...gone, ctOf(b, 1).toString('hex')]) expect(kept().includes(text)).toBe(true);
      const ordered = await forget(subject, a);
      for (const text of gone) expect(kept().includes(text)).toBe(false);
      expect(kept().includes(ctOf(b, 1).toString('hex'))).toBe(true);
      expect(ordered.status).toBe(202);
      expect(ordered.json()).toMatchObject({ order: 1, subject, completedAt: null, waiting: 2, held: 0 });
      expect((await forget(subject, b)).status).toBe(200);
      for (const log of [a, b]) expect((await ask(place(log, 0), { as: log })).status).toBe(404);
      expect((await ask(place(b, 1), { as: b })).status).toBe(200);
      expect((await ask(`/v1/subjects/${other}/key`, { as: a })).status).toBe(200);
      expect((await ask(`/v1/subjects/${subject}/key`, { as: a })).status).toBe(410);
      expect((await putKey(subject, b)).status).toBe(410);
      expect((await put(a, 0, ctOf(a, 0))).status).toBe(410);

      for (const as of [a, b, stranger]) {
        const { orders } = (await ask('/v1/orders?after=0', { as })).json() as { orders: { entry: string }[] };
        expect(orders.map(o => JSON.parse(o.entry))).toMatchObject([
          { type: 'forget.order', data: { order: 1, subject } },
        ]);
      }
      expect((await ask('/v1/orders?after=1', { as: a })).status).toBe(204);
      nowMs += 1000;
      expect((await acknowledge(1, a, 'done')).json()).toMatchObject({ waiting: 1, completedAt: null });
      expect((await acknowledge(1, stranger, 'done')).json()).toMatchObject({ waiting: 1, completedAt: null });
      expect((await acknowledge(1, b, 'done')).json()).toMatchObject({
        waiting: 0,
        completedAt: '2026-01-01T00:00:01.000Z',
      });
      expect((await acknowledge(1, b, 'done')).json()).toMatchObject({ waiting: 0 });
      expect((await acknowledge(2, b, 'done')).status).toBe(404);
      expect((await acknowledge(1, b, 'perhaps')).status).toBe(400);
      const head = (await ask('/fleet/checkpoint')).text().split('\n')[1];
      expect(head).toBe('6');
      const bundle = (await ask(`/fleet/tile/entries/000.p/${head}`)).text();
      expect(bundle).toContain(`"data":{"order":1,"subject":"${subject}"},`);
      expect(bundle.match(/"type":"forget.completed"/g)).toHaveLength(1);
    });

    test('waits for a station that never sent its sealed values, and for one that comes later', async () => {
      const [a, b] = [await enrolled('AAAA'), await enrolled('BBBB')];
      const subject = randomUUID();
      a.tell(subject, { name: 'Ann' });
      await sync(a);
      expect((await forget(subject, a)).json()).toMatchObject({ waiting: 1 });
      b.tell(subject, { name: 'Ann' });
      await sync(b);
      expect((await put(b, 0, ctOf(b, 0))).status).toBe(410);
      expect((await ask(`/v1/subjects/${subject}/forget`, { as: a })).json()).toMatchObject({ waiting: 2 });
    });

    const completions = async () => {
      const head = (await ask('/fleet/checkpoint')).text().split('\n')[1];
      const bundle = (await ask(`/fleet/tile/entries/000.p/${head}`)).text();
      return [...bundle.matchAll(/\{[^{}]*"data":(\{[^{}]*\})[^{}]*"type":"forget.completed"/g)].map(
        ([, data]): unknown => JSON.parse(data ?? ''),
      );
    };
    const told = async (count: number, prefixes: readonly string[]) => {
      const subjects = Array.from({ length: count }, () => randomUUID());
      const logs = await Promise.all(prefixes.map(enrolled));
      for (const log of logs) {
        for (const subject of subjects) log.tell(subject, { name: 'Ann' });
        await sync(log);
      }
      return { subjects, logs };
    };

    test('does not wait for a station that is revoked after it, nor names one that did it before', async () => {
      const { subjects, logs } = await told(3, ['AAAA', 'BBBB', 'CCCC']);
      const [a, b, c] = logs;
      const [first, second, third] = subjects;
      if (!(a && b && c && first && second && third)) throw new Error('too few');
      for (const subject of [first, second, third]) await forget(subject, a);
      for (const [n, as, outcome] of [
        [1, a, 'done'],
        [1, c, 'done'],
        [1, b, 'held'],
        [2, a, 'done'],
        [2, b, 'done'],
        [3, b, 'done'],
      ] as const)
        expect((await acknowledge(n, as, outcome)).status).toBe(200);
      const state = async (subject: string) => (await ask(`/v1/subjects/${subject}/forget`, { as: a })).json();
      expect(await state(first)).toMatchObject({ waiting: 1, held: 1, revoked: [], completedAt: null });
      expect(await completions()).toEqual([]);

      nowMs += 1000;
      await server.revoke(b.stationId);
      const completedAt = '2026-01-01T00:00:01.000Z';
      expect(await state(first)).toMatchObject({ waiting: 0, held: 0, revoked: [b.stationId], completedAt });
      expect(await state(second)).toMatchObject({ waiting: 1, revoked: [], completedAt: null });
      expect(await state(third)).toMatchObject({ waiting: 2, revoked: [], completedAt: null });
      expect(await completions()).toEqual([{ order: 1, subject: first, without: [b.stationId] }]);

      await server.revoke(b.stationId);
      await server.revoke(c.stationId);
      expect(await state(second)).toMatchObject({ waiting: 0, revoked: [c.stationId], completedAt });
      expect(await state(third)).toMatchObject({ waiting: 1, revoked: [c.stationId], completedAt: null });
      expect((await acknowledge(3, a, 'done')).json()).toMatchObject({ waiting: 0, revoked: [c.stationId] });
      expect(await completions()).toEqual([
        { order: 1, subject: first, without: [b.stationId] },
        { order: 2, subject: second, without: [c.stationId] },
        { order: 3, subject: third, without: [c.stationId] },
      ]);
      expect(await server.orders.open()).toEqual([]);
    });

    test('does not wait for stations that were revoked before it, and is complete at once without any other', async () => {
      const { subjects, logs } = await told(1, ['AAAA', 'BBBB']);
      const [subject = ''] = subjects;
      const revoked = logs.map(log => log.stationId).toSorted();
      for (const station of revoked) await server.revoke(station);
      const { isNew, state } = await server.orders.forget(subject, null);
      expect(isNew).toBe(true);
      expect(state).toMatchObject({ waiting: 0, revoked, completedAt: '2026-01-01T00:00:00.000Z' });
      expect(await completions()).toEqual([{ order: 1, subject, without: revoked }]);
      expect((await server.orders.forget(subject, null)).isNew).toBe(false);
      expect(await completions()).toHaveLength(1);
    });

    test('is refused under a legal hold at the server, and one of a station keeps it open', async () => {
      const a = await enrolled('AAAA');
      const subject = randomUUID();
      a.tell(subject, { name: 'Ann' });
      await sync(a);
      await server.orders.hold(subject);
      await expect(server.orders.hold(subject)).rejects.toMatchObject({ status: 409 });
      expect(await server.orders.holds()).toMatchObject([{ subject }]);
      const refused = await forget(subject, a);
      expect(refused.status).toBe(409);
      expect(refused.text()).toContain('legal hold');
      await expect(server.orders.forget(subject, null)).rejects.toMatchObject({ status: 409 });
      await server.orders.release(subject);
      await expect(server.orders.release(subject)).rejects.toMatchObject({ status: 404 });

      expect((await server.orders.forget(subject, null)).isNew).toBe(true);
      await expect(server.orders.hold(subject)).rejects.toMatchObject({ status: 409 });
      expect((await acknowledge(1, a, 'held')).json()).toMatchObject({ waiting: 1, held: 1, completedAt: null });
      expect(await server.orders.open()).toMatchObject([{ subject, held: 1 }]);
      expect((await acknowledge(1, a, 'done')).json()).toMatchObject({ waiting: 0, held: 0 });
      expect((await acknowledge(1, a, 'held')).json()).toMatchObject({ waiting: 0, held: 0 });
      expect(await server.orders.open()).toEqual([]);
    });

    test('of two at once about one subject there is one', async () => {
      const a = await enrolled('AAAA');
      const subject = randomUUID();
      a.tell(subject, { name: 'Ann' });
      await sync(a);
      const answers = await Promise.all([forget(subject, a), forget(subject, a), forget(subject, a)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 202]);
    });
  });

  test('the directory of a site: the newest one, replaced by the key that came first and by no other', async () => {
    const [a, b] = [await enrolled('AAAA'), await enrolled('BBBB')];
    const site = randomUUID();
    const keyOf = () => createNoteSigner(directoryKeyName(site), generateKeyPairSync('ed25519').privateKey);
    const [own, foreign] = [keyOf(), keyOf()];
    const document = (version: number, signer = own, sealed = `sealed ${version}`) => ({
      vkey: signer.vkey,
      note: signDirectory({ site, version, sealed }, signer),
      sealed,
    });
    const put = (body: object, as = a) => ask('/v1/directory', { as, body, method: 'PUT' });
    const read = (after: number) => ask(`/v1/directory?site=${site}&after=${after}`, { as: b });
    expect((await read(0)).status).toBe(404);
    expect((await put(document(1))).status).toBe(201);
    expect((await put(document(1))).status).toBe(200);
    expect((await put(document(3), b)).status).toBe(200);
    expect((await put(document(2))).status).toBe(409);
    expect((await put(document(3, own, 'another'))).status).toBe(409);
    expect((await put(document(4, foreign))).status).toBe(403);
    expect((await put({ ...document(4), sealed: 'altered' })).status).toBe(403);
    expect((await put({ ...document(4), note: 'nonsense' })).status).toBe(403);
    expect((await put({ note: 1 })).status).toBe(400);
    const { note, sealed } = document(3);
    expect((await read(2)).json()).toEqual({ note, sealed });
    expect((await read(3)).status).toBe(304);
    expect((await ask('/v1/directory?site=x', { as: a })).status).toBe(400);
    expect(everything(databaseUrl, join(dir, 'data'))).not.toContain('sealed 1');
  });
}
