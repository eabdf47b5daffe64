import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { stationMigrations } from '../../migrations/station/index.ts';

test('a device whose job was handed over may have a job again, and never two that are open', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-upgrade-'));
  const [file, key] = [join(dir, 'station.db'), Buffer.alloc(32, 7)];
  const mine = stationMigrations.findIndex(({ name }) => name.endsWith('-handover'));
  const job = (id: string, place: string) => ({
    ...{ id, ticket: id, device: 'dv_1', place, snapshot: '{}', identified_idx: 0, reason_idx: null, previous: null },
    ...{ opened_at: 'then', updated_at: 'then' },
  });
  const before = openDatabase({ file, key, migrations: stationMigrations.slice(0, mine) });
  before.write(tx => {
    const entry = sql`INSERT INTO entry VALUES (0, ${Buffer.from('{}')}, ${Buffer.alloc(32)})`;
    tx.run({ compile: () => entry.compile(query) });
    tx.run(query.insertInto('job').values(job('B07-1', 'intake')));
  });
  before.close();

  const after = openDatabase({ file, key, migrations: stationMigrations });
  const open = (id: string) => after.write(tx => tx.run(query.insertInto('job').values(job(id, 'intake'))));
  expect(() => open('B07-2')).toThrow();
  after.write(tx => tx.run(query.updateTable('job').set({ place: 'handed_over' }).where('id', '=', 'B07-1')));
  open('B07-2');
  expect(() => open('B07-3')).toThrow();
  const given = {
    id: 'h1',
    direction: 'given',
    job: 'B07-1',
    source: 'B07-1',
    idx: 0,
    sha256: null,
    blob_sha256: null,
  };
  const keep = (row: typeof given) => after.write(tx => tx.run(query.insertInto('handover').values(row)));
  keep(given);
  expect(() => keep({ ...given, id: 'h2' })).toThrow();
  keep({ ...given, id: 'h2', direction: 'taken', job: 'B07-2', source: 'A01-9' });
  expect(() => keep({ ...given, id: 'h3', direction: 'taken', source: 'A01-9' })).toThrow();
  after.close();
  rmSync(dir, { recursive: true });
});
