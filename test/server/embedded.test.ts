import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CentralServer, startCentralServer } from '../../server/central-server.ts';
import { describeForgetting } from './forgetting-suite.ts';
import { describeServer } from './server-suite.ts';
import { createStationLog } from './station-client.ts';

describe('on the embedded store', () => describeServer(async () => undefined));
describe('forgetting on the embedded store', () => describeForgetting(async () => undefined, readServerFolder));

/** Everything in the folder of a server, in the ways that the suite looks for it. */
function readServerFolder(_: string | undefined, folder: string): string {
  const bytes = Buffer.concat(readdirSync(folder).map(name => readFileSync(join(folder, name))));
  return bytes.toString('hex') + bytes.toString('latin1');
}

describe('the folder', () => {
  let dir: string;
  let server: CentralServer;
  const start = () => startCentralServer({ dataDir: join(dir, 'data'), port: 0 });
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    server = await start();
  });
  afterEach(async () => {
    await server.close();
    rmSync(dir, { recursive: true });
  });

  test('when it cannot be written for now: 503, nothing taken, and the same batch later', async () => {
    const log = createStationLog();
    await log.enrol(server.url, await server.createEnrolCode(), 'AAAA');
    log.write(3);
    const send = () => log.send(server.url, log.batch(0, 3));
    await log.access(server.url).token();
    const other = new Sqlite(join(dir, 'data/server.db'));
    try {
      other.exec('BEGIN IMMEDIATE');
      const answer = await send();
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/try again/) });
      other.exec('ROLLBACK');
    } finally {
      other.close();
    }
    expect((await send()).status).toBe(200);
  });

  test('serves one server, and a port one', async () => {
    await expect(start()).rejects.toThrow('Another server uses this data folder');
    const port = Number(new URL(server.url).port);
    await expect(startCentralServer({ dataDir: join(dir, 'other'), port })).rejects.toThrow(`Port ${port} is taken`);
    await expect(startCentralServer({ dataDir: '/dev/null/no', port: 0 })).rejects.toThrow('cannot be used');
  });

  test('without its key file is refused: new keys would disown what was cosigned', async () => {
    await server.close();
    rmSync(join(dir, 'data/server-keys.json'));
    await expect(start()).rejects.toThrow('server-keys.json is missing');
    dir = mkdtempSync(join(tmpdir(), 'bench-server-'));
    server = await start();
  });

  test('keeps received entries as they are', () => {
    const db = new Sqlite(join(dir, 'data/server.db'));
    expect(() => db.exec("UPDATE entry SET bytes = x'00'")).toThrow('append-only');
    expect(() => db.exec('DELETE FROM entry')).toThrow('append-only');
    db.close();
  });
});
