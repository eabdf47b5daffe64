import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { stationMigrations } from '../../migrations/station/index.ts';

test('evidence and approvals from the version before are whole, supersede nothing and were ended by nobody', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-upgrade-'));
  const file = join(dir, 'station.db');
  const key = Buffer.alloc(32, 7);
  const mine = stationMigrations.findIndex(({ name }) => name === '0004-evidence-and-approvals');
  const before = openDatabase({ file, key, migrations: stationMigrations.slice(0, mine) });
  before.write(tx => {
    for (const statement of [
      sql`INSERT INTO entry VALUES (0, ${Buffer.from('{}')}, ${Buffer.alloc(32)})`,
      sql`INSERT INTO job(id, ticket, device, place, snapshot, identified_idx, opened_at, updated_at)
          VALUES ('j', 'B-1', 'd', 'intake', '{}', 0, 'now', 'now')`,
      sql`INSERT INTO evidence VALUES ('e', 'j', 'reset', 'image/png', 1, 'hash', 0, 'op', 'now')`,
      sql`INSERT INTO approval VALUES ('a', 'j', 'approved', 'other', '[]', 'op', 'now', 0, NULL, NULL, NULL, NULL)`,
    ])
      tx.run({ compile: () => statement.compile(query) });
  });
  before.close();
  const after = openDatabase({ file, key, migrations: stationMigrations });
  expect(after.read.all(query.selectFrom('evidence').selectAll())).toMatchObject([
    { id: 'e', condition: 'whole', supersedes: null, thumbnail_sha256: null },
  ]);
  expect(after.read.all(query.selectFrom('approval').selectAll())).toMatchObject([{ id: 'a', ended_idx: null }]);
  after.close();
  rmSync(dir, { recursive: true });
});
