import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openServerStore, startCentralServer } from '../../server/central-server.ts';
import { openPostgres } from '../../server/database/postgres.ts';
import { openEmbeddedDatabase, type ServerDatabase } from '../../server/database/sqlite.ts';
import { createPiceaApi } from '../../server/picea-api.ts';
import { createPiceaReconciler, piceaOrphans } from '../../server/picea-reconcile.ts';
import { createProjector } from '../../server/projector.ts';
import { encodeEntry, type LeafEnvelope } from '../../shared/tlog/entry.ts';
import { noPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { untilDone } from '../support/until.ts';
import { startPiceaPeer } from './picea-peer.ts';

const pdf = Buffer.from('%PDF-1.7 a certificate');
const pdf_sha256 = createHash('sha256').update(pdf).digest('hex');

function describePicea(open: () => Promise<ServerDatabase>): void {
  let store: ServerDatabase;
  let peer: Awaited<ReturnType<typeof startPiceaPeer>>;
  beforeEach(async () => {
    store = await open();
    peer = await startPiceaPeer();
  });
  afterEach(async () => {
    await peer.stop();
    await store.close();
  });

  const poll = (change: Partial<typeof peer.account> = {}) =>
    createPiceaReconciler({ db: store.db, api: createPiceaApi({ ...peer.account, ...change }) }).poll();

  /** A journal with one job that erased under these operation ids. */
  const journal = async (...operations: string[]) => {
    const oh = 'a'.repeat(64);
    const one = {
      v: 1 as const,
      at: '2026-01-01T00:00:00.000Z',
      boot: randomUUID(),
      mono: '1',
      origin: 'o',
      job: 'jb_1',
      pii: [],
    } satisfies Partial<LeafEnvelope>;
    const entries = [
      encodeEntry({ ...one, seq: 0, id: randomUUID(), type: 'job.opened', data: { ticket: 'T-1' } }),
      ...operations.map((operationId, i) =>
        encodeEntry({ ...one, seq: i + 1, id: randomUUID(), type: 'job.erase_reported', data: { operationId } }),
      ),
    ];
    const none = Buffer.alloc(32);
    const log = {
      oh,
      origin: 'o',
      vkey: 'v',
      station: 's',
      prefix: 'AAAA',
      size: entries.length,
      frontier: none,
      root: none,
    };
    await store.db
      .insertInto('log')
      .values({ ...log, frozen: null, fleet_index: null })
      .execute();
    for (const [idx, bytes] of entries.entries())
      await store.db.insertInto('entry').values({ oh, idx, bytes, leaf: none }).execute();
    const projector = createProjector({ db: store.db, log: line => expect(line).toBeNull() });
    projector.soon();
    await untilDone(async () => {
      const read = await store.db.selectFrom('projector').select('next_idx').executeTakeFirst();
      expect(Number(read?.next_idx ?? 0)).toBe(entries.length);
    });
    await projector.close();
  };

  test('each certificate meets its uid, and orphans are listed both ways', async () => {
    peer.transactions.push(...['u1', 'u2', 'u3'].map((uid, i) => ({ uid, type: 4, index: 10 + i, pdf })));
    await journal('u1', 'u3', 'u9');
    await poll();
    expect(await piceaOrphans(store.db)).toEqual({
      atPicea: [{ uid: 'u2', pdf_sha256 }],
      inJournals: [{ oh: 'a'.repeat(64), job: 'jb_1', operation: 'u9' }],
    });
  });

  test('the cursor is kept: what was read is not asked for again, and nothing is doubled', async () => {
    peer.transactions.push(...['u1', 'u2', 'u3'].map((uid, i) => ({ uid, type: 4, index: 10 + i, pdf })));
    await poll();
    peer.asked.length = 0;
    peer.transactions.push({ uid: 'u4', type: 4, index: 20, pdf });
    await poll();
    expect(peer.asked).toEqual(['get_transactions_ex 13', 'get_transactions_ex 21', 'get_pdf_report u4']);
    expect((await piceaOrphans(store.db)).atPicea.map(({ uid }) => uid)).toEqual(['u1', 'u2', 'u3', 'u4']);
  });

  test('a PDF that is not ready is asked for again; one of Picea being busy too', async () => {
    const late = { uid: 'u1', type: 4, index: 1, pdf: 1006 as Buffer | number };
    peer.transactions.push(late);
    await poll();
    late.pdf = 1008;
    await poll();
    expect((await piceaOrphans(store.db)).atPicea).toEqual([{ uid: 'u1', pdf_sha256: null }]);
    late.pdf = pdf;
    await poll();
    expect((await piceaOrphans(store.db)).atPicea).toEqual([{ uid: 'u1', pdf_sha256 }]);
  });

  test('busy leaves the cursor; errors come in words with the status and take nothing', async () => {
    peer.transactions.push({ uid: 'u1', type: 4, index: 1, pdf });
    peer.orders.status = 1008;
    await poll();
    expect((await piceaOrphans(store.db)).atPicea).toEqual([]);
    for (const status of [-1, 1002, 1003, 1004, 1005, 1009, 4711]) {
      peer.orders.status = status;
      await expect(poll()).rejects.toMatchObject({ status });
    }
    peer.orders.status = null;
    await expect(poll({ apiKey: 'another' })).rejects.toMatchObject({ status: 1000 });
    await expect(poll({ clientId: 'another' })).rejects.toMatchObject({ status: 1001 });
    expect((await piceaOrphans(store.db)).atPicea).toEqual([]);
    await poll();
    expect((await piceaOrphans(store.db)).atPicea).toEqual([{ uid: 'u1', pdf_sha256 }]);
  });
}

describe('Picea on the embedded store', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'bench-picea-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));
  describePicea(() => openEmbeddedDatabase(dir, { alone: true }));

  test('the command asks Picea and says what has no counterpart; without an account it says what is missing', async () => {
    await (await openServerStore({ dataDir: dir, alone: false })).close();
    const peer = await startPiceaPeer();
    peer.transactions.push({ uid: 'u1', type: 4, index: 1, pdf });
    const script = join(import.meta.dirname, '../../scripts/server.ts');
    const { url, clientId, apiId, apiKey } = peer.account;
    const env = { PICEA_URL: url, PICEA_CLIENT_ID: clientId, PICEA_API_ID: apiId, PICEA_API_KEY: apiKey };
    const run = (told: NodeJS.ProcessEnv) =>
      promisify(execFile)(process.execPath, [script, 'picea', '--data', dir], { env: { ...process.env, ...told } });
    try {
      expect((await run(env)).stdout).toBe('only at Picea    u1\n');
      await expect(run({ ...env, PICEA_API_KEY: '' })).rejects.toMatchObject({
        stderr: expect.stringContaining('PICEA_API_KEY'),
      });
      await expect(run({ ...env, PICEA_API_KEY: 'wrong' })).rejects.toMatchObject({
        stderr: expect.stringContaining('refused the signature'),
      });
    } finally {
      await peer.stop();
    }
  }, 30_000);
});

const title = noPostgres === null ? 'Picea on PostgreSQL' : `Picea on PostgreSQL (skipped: ${noPostgres})`;
describe.skipIf(noPostgres)(title, () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await postgres?.stop();
  });
  describePicea(async () => openPostgres(await postgres.createDatabase()));
});

test('a server with an account asks by itself, again after a fault, and ends in order', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-picea-'));
  const peer = await startPiceaPeer();
  peer.orders.status = -1;
  const lines: Record<string, unknown>[] = [];
  const picea = { account: peer.account, everyMs: 20 };
  const server = await startCentralServer({ dataDir: dir, port: 0, picea, log: line => lines.push(line) });
  try {
    await untilDone(async () => expect(lines).toContainEqual(expect.objectContaining({ event: 'picea.not_asked' })));
    expect(JSON.stringify(lines)).not.toContain(peer.account.apiKey);
    peer.orders.status = null;
    peer.transactions.push({ uid: 'u1', type: 4, index: 10, pdf });
    await untilDone(async () => expect(peer.asked).toContain('get_pdf_report u1'));
    await untilDone(async () => expect(peer.asked.at(-1)).toBe('get_transactions_ex 11'));
  } finally {
    await server.close();
    await peer.stop();
    rmSync(dir, { recursive: true });
  }
});
