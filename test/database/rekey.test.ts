import { copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { query } from '../../electron/database/query.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { createDatabaseKey } from '../../electron/features/journal/database-key.ts';
import { stationMigrations } from '../../migrations/station/index.ts';
import { passwords, startStation, type TestStation } from '../support/start-station.ts';

// There is a binary for each desktop platform; elsewhere loading fails.
const Reader = await import('@signalapp/sqlcipher').then(
  ({ Database }) => Database,
  () => null,
);
const independent = `an independent reader${Reader ? '' : ' (skipped: @signalapp/sqlcipher has no binary for this platform)'}`;
const names = { station: ['station.db', 'database-key'], keys: ['keys.db', 'keys-database-key'] } as const;
const died = new Error('the process is gone');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-rekey-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function keysIn(keystore: Keystore) {
  const read = async (name: string) => Buffer.from((await keystore.get(name)) ?? '', 'base64');
  return { station: await read(names.station[1]), keys: await read(names.keys[1]) };
}

async function startWithAdmin(dataDir: string, keystore: Keystore) {
  const bench = await startStation({ dataDir, keystore });
  const admin = bench.connect('admin');
  const { setUp } = await admin['station.info']();
  if (setUp) await admin['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  else {
    const site = { siteName: 'Test Site', stationName: 'Bench 1', adminName: 'Ada Admin', password: passwords.admin };
    await admin['identity.set_up'](site);
  }
  return { bench, admin };
}

describe('a station whose databases get new keys', () => {
  let bench: TestStation;
  afterEach(() => bench.close());

  test('goes on working, starts again, and keeps no trace of the old keys', async () => {
    const keystore = createMemoryKeystore();
    const dataDir = join(dir, 'data');
    const first = await startWithAdmin(dataDir, keystore);
    bench = first.bench;
    const before = await keysIn(keystore);
    await first.admin['keys.rotate']();
    const after = await keysIn(keystore);
    for (const which of ['station', 'keys'] as const) {
      const [file, name] = names[which];
      expect(after[which].equals(before[which])).toBe(false);
      expect(await keystore.get(`${name}-next`)).toBe(null);
      // Nothing under the old key is left beside the file.
      expect(statSync(join(dataDir, `${file}-wal`)).size).toBeLessThan(statSync(join(dataDir, file)).size);
      const open = (key: Buffer) => openDatabase({ file: join(dir, file), key, migrations: [] });
      copyFileSync(join(dataDir, file), join(dir, file));
      expect(() => open(before[which])).toThrow(/does not open with the key/);
    }
    await bench.plug();
    await first.admin['users.invite']({ name: 'Tom Technician', role: 'technician' });
    await bench.station.close();
    const again = await startWithAdmin(dataDir, keystore);
    bench = again.bench;
    expect((await again.admin['users.list']()).map(({ name }) => name)).toContain('Tom Technician');
    expect(await again.admin['journal.verify']()).toMatchObject({ ok: true });
    const entries = await again.admin['journal.list']({ limit: 100 });
    expect(entries.filter(({ type }) => type === 'database.rekeyed').map(({ data }) => data.database)).toEqual([
      'station',
      'keys',
    ]);
  });

  test.skipIf(Reader === null)(`${independent}: the old key opens neither file, the new one both`, async () => {
    const keystore = createMemoryKeystore();
    const dataDir = join(dir, 'data');
    const first = await startWithAdmin(dataDir, keystore);
    bench = first.bench;
    const before = await keysIn(keystore);
    await first.admin['keys.rotate']();
    const after = await keysIn(keystore);
    await bench.station.close();
    for (const which of ['station', 'keys'] as const) {
      const file = join(dataDir, names[which][0]);
      expect(existsSync(`${file}-wal`)).toBe(false);
      const count = (key: Buffer) => {
        if (!Reader) throw new Error('no reader');
        const database = new Reader(file);
        try {
          database.pragma(`key = "x'${key.toString('hex')}'"`);
          return database.prepare('SELECT count(*) FROM sqlite_master', { pluck: true }).get();
        } finally {
          database.close();
        }
      };
      expect(() => count(before[which])).toThrow(/not a database/);
      expect(count(after[which])).toBeGreaterThan(0);
    }
    bench = (await startWithAdmin(dataDir, keystore)).bench;
  });
});

describe('a new key for a database file', () => {
  const file = () => join(dir, 'station.db');
  const openFile = (key: Buffer) => openDatabase({ file: file(), key, migrations: stationMigrations });
  const oldKey = Buffer.alloc(32, 1);
  const keyOf = async (keystore: Keystore) => {
    const initial = Buffer.from((await keystore.get('database-key')) ?? '', 'base64');
    return createDatabaseKey({ keystore, random: createFakeRandom('rekey'), name: 'database-key', initial });
  };
  const kept = async () => {
    const keystore = createMemoryKeystore();
    await keystore.set('database-key', oldKey.toString('base64'));
    const database = openFile(oldKey);
    database.write(tx => tx.run(query.insertInto('setting').values({ key: 'prefix', value: 'kept' })));
    return { keystore, database };
  };
  /** Dies at the n-th change of the keystore, before or after it takes effect. */
  const dying = (keystore: Keystore, at: number, when: 'before' | 'after'): Keystore => {
    let changes = 0;
    const change = async (act: () => Promise<void>) => {
      changes++;
      if (changes > at || (changes === at && when === 'before')) throw died;
      await act();
      if (changes === at) throw died;
    };
    return {
      ...keystore,
      set: (name, value) => change(() => keystore.set(name, value)),
      delete: name => change(() => keystore.delete(name)),
    };
  };

  test.for([
    [1, 'before', false],
    [1, 'after', false],
    [2, 'before', true],
    [2, 'after', false],
    [3, 'before', false],
    [3, 'after', false],
  ] as const)('survives an end at change %i of the keystore, %s it', async ([at, when, renewed]) => {
    const { keystore, database } = await kept();
    const mortal = await keyOf(dying(keystore, at, when));
    await expect(mortal.replace(key => database.rekey(key))).rejects.toBe(died);
    database.close();

    const key = await keyOf(keystore);
    const again = await key.open(openFile);
    expect(again.renewed).toBe(renewed);
    expect(await keystore.get('database-key-next')).toBe(null);
    expect(again.opened.read.get(query.selectFrom('setting').select('value'))?.value).toBe('kept');
    await key.replace(next => again.opened.rekey(next));
    again.opened.close();
    expect(() => openFile(oldKey)).toThrow(/does not open with the key/);
    openFile(key.key()).close();
  });

  test('a file that takes no new key stays under the old one, and the next attempt succeeds', async () => {
    const { keystore, database } = await kept();
    const key = await keyOf(keystore);
    await expect(
      key.replace(() => {
        throw died;
      }),
    ).rejects.toBe(died);
    expect(key.key().equals(oldKey)).toBe(true);
    await key.replace(next => database.rekey(next));
    database.close();
    openFile(key.key()).close();
  });
});
