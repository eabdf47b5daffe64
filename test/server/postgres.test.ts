import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCentralServer } from '../../server/central-server.ts';
import { dumpDatabase, noPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeForgetting } from './forgetting-suite.ts';
import { describeServer } from './server-suite.ts';

const title = noPostgres === null ? 'on PostgreSQL' : `on PostgreSQL (skipped: ${noPostgres})`;

describe.skipIf(noPostgres)(title, () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(async () => {
    await postgres?.stop();
  });

  describeServer(() => postgres.createDatabase());
  describe('forgetting', () => describeForgetting(() => postgres.createDatabase(), dumpDatabase));

  test('received entries are neither changed nor deleted', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    const databaseUrl = await postgres.createDatabase();
    const server = await startCentralServer({ dataDir: dir, databaseUrl, port: 0 });
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await expect(client.query("UPDATE entry SET bytes = ''")).rejects.toThrow('append-only');
    await expect(client.query('DELETE FROM entry')).rejects.toThrow('append-only');
    await client.end();
    await server.close();
    rmSync(dir, { recursive: true });
  });

  test('an address where nothing answers is said in words', async () => {
    const databaseUrl = 'postgres://bench@127.0.0.1:1/none';
    const dataDir = join(tmpdir(), 'bench-server-never');
    await expect(startCentralServer({ dataDir, databaseUrl, port: 0 })).rejects.toThrow('DATABASE_URL');
  });
});
