import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import leveldb from 'pouchdb-adapter-leveldb';
import PouchDB from 'pouchdb-core';
import { openDatabase } from '../../electron/database/database.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { createNodeRandom } from '../../electron/drivers/random/random.node.ts';
import { createJournal } from '../../electron/features/journal/journal.ts';
import { openKeyring } from '../../electron/features/journal/keyring.ts';
import { createSubjects } from '../../electron/features/journal/subjects.ts';
import { keyMigrations } from '../../migrations/keys/index.ts';
import { stationMigrations } from '../../migrations/station/index.ts';
import { line, time } from './statistics.ts';

/** What an author of offline-first applications would otherwise take. */
async function openDocuments(folder: string) {
  PouchDB.plugin(leveldb);
  const documents = new PouchDB(folder, { adapter: 'leveldb' });
  return {
    put: (i: number) =>
      documents.put({ _id: String(i + 1_000_000), type: 'device.identified', identifiers: ['490154203237518'] }),
    close: () => documents.close(),
  };
}

/** A durable journal append with one sealed slot, against the disk's own fdatasync. */
export async function benchAppend(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-append-'));
  try {
    const clock = createNodeClock();
    const random = createNodeRandom();
    const keyring = await openKeyring({ keystore: createFileKeystore(join(folder, 'keys.json')), random, fresh: true });
    const keys = openDatabase({
      file: join(folder, 'keys.db'),
      key: keyring.databases.keys.key(),
      migrations: keyMigrations,
    });
    const database = openDatabase({
      file: join(folder, 'station.db'),
      key: keyring.databases.station.key(),
      migrations: stationMigrations,
    });
    const subjects = createSubjects({
      keys,
      wrapping: { key: () => keyring.wrappingKey, replace: async () => {} },
      random,
      clock,
    });
    const initialOrigin = 'audit.local/s/bench/0';
    const journal = createJournal({ database, subjects, logKeys: keyring.logKeys, clock, random, initialOrigin });
    const subject = subjects.create();
    const append = () =>
      database.write(tx =>
        journal.append(tx, {
          type: 'device.identified',
          device: `dv_${subject}`,
          data: {
            adapter: 'serial',
            portPath: '1-1.3',
            mode: 'normal',
            manufacturer: 'Maker',
            model: 'Model',
            revision: '1.0',
            imei: 'valid',
          },
          pii: {
            identity: {
              subject,
              value: { identifiers: { serial: 'S', imei: ['490154203237518'], meid: null, eid: null } },
            },
          },
        }),
      );
    const file = openSync(join(folder, 'floor'), 'w');
    const page = Buffer.alloc(4_096, 1);
    const floor = await time(500, () => {
      writeSync(file, page);
      fdatasyncSync(file);
    });
    closeSync(file);
    const timing = await time(2_000, append);
    database.close();
    keys.close();
    const documents = await openDocuments(join(folder, 'documents'));
    const put = await time(2_000, documents.put);
    await documents.close();
    return [
      line('fdatasync', floor),
      line('durable append', timing, { name: 'fdatasync', timing: floor, goal: 3 }),
      line(
        'the same fields put into PouchDB on LevelDB, which does not wait for the disk and seals and signs nothing',
        put,
        {
          name: 'fdatasync',
          timing: floor,
        },
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
