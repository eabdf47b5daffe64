import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startCentralServer } from '../../server/central-server.ts';
import { dumpDatabase, noPostgres, type Postgres, startPostgres } from '../support/postgres.ts';
import { describeForgetting } from './forgetting-suite.ts';
import { describeServer } from './server-suite.ts';
import { createStationLog } from './station-client.ts';

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

  test('a role of the server alone may add entries, and neither change nor delete them nor lift the trigger', async () => {
    const databaseUrl = await postgres.createDatabase();
    const dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    await (await startCentralServer({ dataDir: dir, databaseUrl, port: 0 })).close();
    const owner = new pg.Client({ connectionString: databaseUrl });
    await owner.connect();
    await owner.query(readFileSync(join(import.meta.dirname, '../../server/database/app-role.sql'), 'utf8'));
    await owner.query('ALTER ROLE veriqko_app LOGIN');
    const asApp = databaseUrl.replace('//bench@', '//veriqko_app@');
    const server = await startCentralServer({ dataDir: dir, databaseUrl: asApp, port: 0 });
    try {
      const log = createStationLog();
      expect((await log.enrol(server.url, await server.createEnrolCode(), 'AAAA')).status).toBe(201);
      log.write(300);
      expect((await log.send(server.url, log.batch(0, 300))).status).toBe(200);
      const app = new pg.Client({ connectionString: asApp });
      await app.connect();
      for (const query of [
        "UPDATE entry SET bytes = ''",
        'DELETE FROM entry',
        'TRUNCATE entry',
        'ALTER TABLE entry DISABLE TRIGGER ALL',
        'DROP TABLE entry',
      ])
        await expect(app.query(query)).rejects.toThrow(/permission denied|must be owner/);
      await app.end();
    } finally {
      await server.close();
      await owner.query('DROP OWNED BY veriqko_app; DROP ROLE veriqko_app');
      await owner.end();
      rmSync(dir, { recursive: true });
    }
  });

  test('an address where nothing answers is said in words', async () => {
    const databaseUrl = 'postgres://bench@127.0.0.1:1/none';
    const dataDir = join(tmpdir(), 'bench-server-never');
    await expect(startCentralServer({ dataDir, databaseUrl, port: 0 })).rejects.toThrow('DATABASE_URL');
  });
});
