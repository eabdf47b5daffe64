import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../electron/database/database.ts';
import { exportDataFolder } from '../../electron/export-data-folder.ts';
import { exportJournal } from '../../electron/features/journal/export-journal.ts';
import { createJournal } from '../../electron/features/journal/journal.ts';
import { stationMigrations } from '../../migrations/station/index.ts';
import { BenchError } from '../../shared/errors.ts';
import { parseCheckpoint } from '../../shared/tlog/checkpoint.ts';
import { verifyJournalExport } from '../../shared/verify/journal-export.ts';
import { verifyPath } from '../../shared/verify/verify-path.ts';
import { flip } from '../tlog/reference-tree.ts';
import { createFleetLog, createWitnessedStation, type WitnessedStation } from './witnessed-station.ts';

let station: WitnessedStation;
let folder: string;
let exported: Map<string, Buffer>;
let pins: { fleetVkey: string };

const newFolder = () => mkdtempSync(join(tmpdir(), 'bench-export-'));

function readFolder(dir: string): Map<string, Buffer> {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  return new Map(
    files.map(entry => {
      const file = join(entry.parentPath, entry.name);
      return [file.slice(dir.length + 1).replaceAll('\\', '/'), readFileSync(file)];
    }),
  );
}

beforeAll(async () => {
  station = await createWitnessedStation();
  station.addOperator('Ada Example');
  station.fill(560);
  station.cosign();
  folder = newFolder();
  station.export(folder);
  exported = readFolder(folder);
  pins = { fleetVkey: station.fleet.vkey };
});
afterAll(() => {
  station.close();
  rmSync(folder, { recursive: true });
});

/** Steps over the export with some of its files replaced, or removed with null. */
function check(changes: Record<string, Buffer | string | null> = {}, base = exported) {
  const files = new Map<string, Buffer | null>([...base]);
  for (const [path, bytes] of Object.entries(changes))
    files.set(path, typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  return verifyJournalExport(path => files.get(path) ?? null, pins);
}
const failed = (changes: Record<string, Buffer | string | null>) => {
  const { ok, steps } = check(changes);
  const names = steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step);
  expect(ok).toBe(names.length === 0);
  return names;
};
const bytesOf = (path: string, base = exported) => base.get(path) ?? Buffer.alloc(0);
const textOf = (path: string, base = exported) => bytesOf(path, base).toString('utf8');

describe('a whole export', () => {
  test('has the files of tlog-tiles and whom to trust', () => {
    expect([...exported.keys()].toSorted()).toEqual([
      'checkpoint',
      'checkpoint.cosigned',
      'log.vkey',
      'policy.json',
      'tile/0/000',
      'tile/0/001',
      'tile/0/002.p/48',
      'tile/1/000.p/2',
      'tile/entries/000',
      'tile/entries/001',
      'tile/entries/002.p/48',
    ]);
    const head = parseCheckpoint(textOf('checkpoint').slice(0, textOf('checkpoint').indexOf('\n\n') + 1));
    expect(head).toMatchObject({ origin: station.journal.origin, size: 560 });
  });

  test('holds in every step, from the folder too', async () => {
    expect(check().steps.map(({ step, outcome }) => `${step} ${outcome}`)).toEqual([
      'policy ok',
      'fleet ok',
      'enrolment ok',
      'revocation skipped',
      'checkpoint ok',
      'witness ok',
      'entries ok',
      'tiles ok',
      'times ok',
    ]);
    expect(await verifyPath(folder, pins)).toEqual(check());
  });

  test('holds no personal data', () => {
    for (const bytes of exported.values()) expect(bytes.includes('Ada Example')).toBe(false);
  });

  test('goes over an earlier export of the same journal, and into no folder of something else', async () => {
    const own = await createWitnessedStation();
    const dir = newFolder();
    own.fill(10);
    own.export(dir);
    own.fill(300);
    own.export(dir);
    expect((await verifyPath(dir, { fleetVkey: own.fleet.vkey })).ok).toBe(true);
    const other = newFolder();
    writeFileSync(join(other, 'letter.txt'), 'not a journal');
    expect(() => own.export(other)).toThrow(BenchError);
    expect(readdirSync(other)).toEqual(['letter.txt']);
    expect(() => own.export(join(other, 'letter.txt', 'below'))).toThrow(BenchError);
    own.close();
    for (const made of [dir, other]) rmSync(made, { recursive: true });
  });

  test('comes out of a data folder whose bench is not running', async () => {
    const own = await createWitnessedStation();
    own.fill(3);
    const drivers = { ...own, openKeystore: async () => own.keystore };
    const config = { dataDir: own.dataDir, appVersion: '0.0.0-test', training: false };
    const dir = newFolder();
    await expect(exportDataFolder(drivers, config, dir)).rejects.toMatchObject({ code: 'already_running' });
    const empty = { ...config, dataDir: join(dir, 'no-bench') };
    await expect(exportDataFolder(drivers, empty, dir)).rejects.toMatchObject({ code: 'not_found' });
    expect(existsSync(empty.dataDir)).toBe(false);
    const { origin } = own.journal;
    own.folder.close();
    expect(await exportDataFolder(drivers, config, dir)).toEqual({ origin, size: 3 });
    expect((await verifyPath(dir, {})).ok).toBe(true);
    own.close();
    rmSync(dir, { recursive: true });
  });
});

describe('heads and their witness', () => {
  test('entries after the confirmed head are UNWITNESSED, those before are not', async () => {
    const own = await createWitnessedStation();
    own.fill(20);
    own.cosign();
    own.fill(27);
    const dir = newFolder();
    own.export(dir);
    const { ok, steps } = await verifyPath(dir, { fleetVkey: own.fleet.vkey });
    expect(ok).toBe(true);
    expect(steps.filter(({ step }) => step === 'witness').map(({ outcome }) => outcome)).toEqual(['ok', 'warning']);
    expect(steps.findLast(({ step }) => step === 'witness')?.detail).toContain('the last 7 entries');
    own.close();
    rmSync(dir, { recursive: true });
  });

  test('a past that the server confirmed and the station rewrote', async () => {
    const own = await createWitnessedStation();
    own.fill(20);
    own.cosign();
    const honest = newFolder();
    own.export(honest);
    // The same keys sign another history: what whoever has taken a station can do.
    const { keyring, journal, dataDir } = own;
    const database = openDatabase({
      file: join(dataDir, 'other.db'),
      key: keyring.databases.station.key(),
      migrations: stationMigrations,
    });
    const other = createJournal({ ...own, database, logKeys: keyring.logKeys, initialOrigin: journal.origin });
    database.write(tx => {
      for (let i = 0; i < 25; i++) other.append(tx, { type: 'station.stopped', data: {} });
    });
    const rewritten = newFolder();
    exportJournal(other, own.trust, rewritten);
    const pinned = { fleetVkey: own.fleet.vkey };
    expect((await verifyPath(rewritten, pinned)).ok).toBe(true);
    copyFileSync(join(honest, 'checkpoint.cosigned'), join(rewritten, 'checkpoint.cosigned'));
    const { steps } = await verifyPath(rewritten, pinned);
    expect(steps.filter(({ outcome }) => outcome === 'failed').map(({ step }) => step)).toEqual(['witness']);
    database.close();
    own.close();
    for (const made of [honest, rewritten]) rmSync(made, { recursive: true });
  });

  test('fewer entries than the server confirmed', () => {
    const short = { checkpoint: station.journal.checkpoint(300).note };
    expect(failed(short)).toEqual(['entries']);
    expect(check(short).steps.at(-1)?.detail).toContain('cut short');
  });

  test('without the confirmed head the newest one stands alone', () => {
    const steps = check({ 'checkpoint.cosigned': null }).steps.filter(({ step }) => step === 'witness');
    expect(steps.map(({ outcome }) => outcome)).toEqual(['ok']);
  });
});

describe('tampering gives the step its name', () => {
  test.each(['tile/entries/000', 'tile/entries/002.p/48'])('a turned bit or a missing byte in %s', path => {
    expect(failed({ [path]: flip(bytesOf(path), 8 * 700 + 1) })).toEqual(['entries']);
    expect(failed({ [path]: bytesOf(path).subarray(0, -1) })).toEqual(['entries']);
    expect(failed({ [path]: Buffer.concat([bytesOf(path), Buffer.from([0, 2, 123, 125])]) })).toEqual(['entries']);
    expect(failed({ [path]: null })).toEqual(['entries']);
  });

  test.each(['tile/0/000', 'tile/0/002.p/48', 'tile/1/000.p/2'])('a turned bit in %s, or the tile gone', path => {
    expect(failed({ [path]: flip(bytesOf(path), 77) })).toEqual(['tiles']);
    expect(failed({ [path]: bytesOf(path).subarray(0, -32) })).toEqual(['tiles']);
    expect(failed({ [path]: null })).toEqual(['tiles']);
  });

  test('entries in another order', () => {
    expect(failed({ 'tile/entries/000': bytesOf('tile/entries/001') })).toEqual(['entries']);
  });

  test('the checkpoint, the key, the policy', () => {
    expect(failed({ checkpoint: textOf('checkpoint').replace('\n560\n', '\n559\n') })).toEqual(['checkpoint']);
    expect(failed({ checkpoint: null })).toEqual(['export']);
    expect(failed({ 'checkpoint.cosigned': 'nonsense' })).toEqual(['checkpoint']);
    expect(failed({ 'log.vkey': createFleetLog().vkey })).toEqual(['export']);
    expect(failed({ 'log.vkey': null })).toEqual(['export']);
    expect(failed({ 'policy.json': '{}' })).toEqual(['export']);
    expect(failed({ 'policy.json': 'nonsense' })).toEqual(['export']);
    expect(failed({ 'policy.json': textOf('policy.json').replace(station.fleet.vkey, createFleetLog().vkey) })).toEqual(
      ['policy'],
    );
  });
});
