import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { stationMigrations } from '../../migrations/station/index.ts';

test('of what was to be forgotten before, nobody has said how many revoked stations are left out', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-upgrade-'));
  const [file, key] = [join(dir, 'station.db'), Buffer.alloc(32, 7)];
  const mine = stationMigrations.findIndex(({ name }) => name.endsWith('-forgotten-without'));
  const row = { subject: 's', raised: 1, n: 3, outcome: 'done' as const, waiting: 1, held: 0 };
  const before = openDatabase({ file, key, migrations: stationMigrations.slice(0, mine) });
  before.write(tx => tx.run(query.insertInto('fleet_forget').values(row)));
  before.close();

  const after = openDatabase({ file, key, migrations: stationMigrations });
  const all = query.selectFrom('fleet_forget').selectAll();
  expect(after.read.all(all)).toMatchObject([{ ...row, revoked: null }]);
  after.write(tx => tx.run(query.updateTable('fleet_forget').set({ revoked: 2 })));
  expect(after.read.all(all)).toMatchObject([{ ...row, revoked: 2 }]);
  after.close();
  rmSync(dir, { recursive: true });
});
