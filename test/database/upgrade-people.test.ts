import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { stationMigrations } from '../../migrations/station/index.ts';

test('people from the version before keep their password, and whoever is forgotten loses every credential with it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-upgrade-'));
  const [file, key] = [join(dir, 'station.db'), Buffer.alloc(32, 7)];
  const mine = stationMigrations.findIndex(({ name }) => name === '0006-people');
  const before = openDatabase({ file, key, migrations: stationMigrations.slice(0, mine) });
  before.write(tx => {
    for (const statement of [
      sql`INSERT INTO entry VALUES (0, ${Buffer.from('{}')}, ${Buffer.alloc(32)})`,
      sql`INSERT INTO operator VALUES ('op_1', 'admin', 0, 'hash of 1', 1, 'then')`,
      sql`INSERT INTO operator VALUES ('op_2', 'technician', 0, 'hash of 2', 1, 'then')`,
    ])
      tx.run({ compile: () => statement.compile(query) });
  });
  before.close();

  const after = openDatabase({ file, key, migrations: stationMigrations });
  const people = query.selectFrom('operator').selectAll().orderBy('id');
  expect(after.read.all(people)).toMatchObject([
    { id: 'op_1', password_hash: 'hash of 1', password_set_at: 'then', totp: null, badge: null },
    { id: 'op_2', password_hash: 'hash of 2', password_set_at: 'then' },
  ]);
  const history = query.selectFrom('password_history').select('hash').orderBy('id');
  expect(after.read.all(history)).toEqual([{ hash: 'hash of 1' }, { hash: 'hash of 2' }]);

  after.write(tx => {
    tx.run(
      query
        .updateTable('operator')
        .set({ totp: Buffer.from('s'), badge: 'b', pin_hash: 'p', code_hash: 'c' })
        .where('id', '=', 'op_1'),
    );
    expect(tx.all(query.selectFrom('badge_history').selectAll())).toEqual([{ operator: 'op_1', badge: 'b' }]);
    tx.run(query.insertInto('recovery_code').values({ operator: 'op_1', hash: 'r' }));
    tx.run(query.insertInto('sign_in_attempt').values({ key: 'k', operator: 'op_1', failed: 1, boot: 'b', at_ms: 0 }));
    tx.run(query.insertInto('forgotten').values({ subject: '1', at: 'now', idx: 0 }));
  });
  expect(after.read.all(people)).toMatchObject([
    { id: 'op_1', password_hash: '', totp: null, badge: null, pin_hash: null, code_hash: null, last_sign_in: null },
    { id: 'op_2', password_hash: 'hash of 2' },
  ]);
  expect(after.read.all(history)).toEqual([{ hash: 'hash of 2' }]);
  expect(after.read.all(query.selectFrom('recovery_code').selectAll())).toEqual([]);
  expect(after.read.all(query.selectFrom('sign_in_attempt').selectAll())).toEqual([]);
  expect(after.read.all(query.selectFrom('badge_history').selectAll())).toEqual([]);
  after.close();
  rmSync(dir, { recursive: true });
});
