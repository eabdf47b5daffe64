import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWitnessedStation } from '../verify/witnessed-station.ts';

// There is a binary for each desktop platform; elsewhere loading fails.
const reader = await import('@signalapp/sqlcipher').then(
  ({ Database }) => Database,
  () => null,
);
const name = "Signal's SQLCipher on the database of a station";

if (reader === null) {
  describe.skip(`${name} (skipped: @signalapp/sqlcipher has no binary for this platform)`, () => {
    test('reads it', () => {});
  });
} else {
  const Reader = reader;
  describe(name, () => {
    let dir: string;
    let file: string;
    let key: Buffer;
    let written: Buffer[];

    beforeAll(async () => {
      const station = await createWitnessedStation();
      station.addOperator('Ada Example');
      station.fill(300);
      written = station.journal.store.entries(0, 300).map(({ bytes }) => bytes);
      key = station.keyring.databases.station.key();
      station.database.close();
      dir = mkdtempSync(join(tmpdir(), 'bench-sqlcipher-'));
      file = join(dir, 'station.db');
      copyFileSync(station.folder.file('station.db'), file);
      station.close();
    });
    afterAll(() => rmSync(dir, { recursive: true }));

    const open = (with256: Buffer | null) => {
      const database = new Reader(file);
      if (with256) database.pragma(`key = "x'${with256.toString('hex')}'"`);
      try {
        return database.prepare('SELECT bytes FROM entry ORDER BY idx', { pluck: true }).all();
      } finally {
        database.close();
      }
    };

    test('reads every entry with the key', () => {
      expect(open(key).map(bytes => (bytes instanceof Uint8Array ? Buffer.from(bytes) : null))).toEqual(written);
    });

    test('reads nothing with another key or with none', () => {
      const wrong = Buffer.from(key);
      wrong.writeUInt8(wrong.readUInt8(31) ^ 1, 31);
      expect(() => open(wrong)).toThrow(/not a database/);
      expect(() => open(null)).toThrow(/not a database/);
    });

    test('the file itself shows nothing', () => {
      const bytes = readFileSync(file);
      for (const telling of ['SQLite format 3', 'CREATE TABLE', 'operator.added', 'Ada Example'])
        expect(bytes.includes(telling)).toBe(false);
    });
  });
}
