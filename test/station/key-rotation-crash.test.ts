import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import { policyOf } from '../../electron/features/journal/policy.ts';
import { verifyJournal } from '../../electron/features/journal/verify-journal.ts';
import { openStationParts } from '../../electron/station-parts.ts';
import { signedByAll } from '../../shared/tlog/key-chain.ts';
import { parseVkey } from '../../shared/tlog/note.ts';
import { createSteps } from '../../shared/verify/steps.ts';
import { checkTrust } from '../../shared/verify/trust.ts';

const died = new Error('the process is gone');

/** A keystore of a process that dies at a chosen moment: from then on nothing reaches it. */
function mortal(keystore: Keystore) {
  let dies: 'before' | 'after' | null = null;
  let dead = false;
  const through = async <T>(act: () => Promise<T>): Promise<T> => {
    if (dead) throw died;
    return act();
  };
  const set: Keystore['set'] = (name, value) =>
    through(async () => {
      if (dies !== null) dead = true;
      if (dies !== 'before') await keystore.set(name, value);
      if (dead) throw died;
    });
  return {
    keystore: { ...keystore, set, get: (name: string) => through(() => keystore.get(name)) },
    dieAtNextSet(when: 'before' | 'after') {
      dies = when;
    },
    die() {
      dead = true;
    },
  };
}

async function openParts(dataDir: string, keystore: Keystore) {
  const clock = createFakeClock();
  const drivers = { clock, random: createFakeRandom(dataDir), keystore };
  const parts = await openStationParts(drivers, { dataDir, appVersion: '0.0.0-test', training: false });
  const { journal, database } = parts;
  return {
    ...parts,
    rotate: (afterwards = () => {}) =>
      journal.signing.rotate(data => {
        database.write(tx => journal.append(tx, { type: 'key.rotated', data }));
        afterwards();
      }),
    write: () => database.write(tx => journal.append(tx, { type: 'device.lost', data: { portPath: '1-1' } })),
    /** What the server's receipt of everything does to the journal. */
    confirm() {
      const { size, note } = journal.checkpoint();
      database.write(tx => journal.store.acknowledge(tx, size, note, 'a line\n'));
      return note;
    },
  };
}

type Parts = Awaited<ReturnType<typeof openParts>>;
type Mortal = ReturnType<typeof mortal>;

const moments: Record<string, (parts: Parts, life: Mortal) => Promise<void>> = {
  'before the new key is kept': async ({ rotate }, life) => {
    life.dieAtNextSet('before');
    await expect(rotate()).rejects.toBe(died);
  },
  'when the new key is kept, before its entry': async ({ rotate }, life) => {
    life.dieAtNextSet('after');
    await expect(rotate()).rejects.toBe(died);
  },
  'while its entry is written': async ({ journal, database }, life) => {
    const failing = journal.signing.rotate(data => {
      database.write(tx => {
        journal.append(tx, { type: 'key.rotated', data });
        life.die();
        throw died;
      });
    });
    await expect(failing).rejects.toBe(died);
  },
  'when its entry is durable, before a head covers it': async ({ rotate }, life) => {
    await rotate();
    life.die();
  },
  'when a head covers it, before the server has it': async ({ rotate, journal }, life) => {
    await rotate();
    journal.checkpoint();
    life.die();
  },
  'when the server has confirmed it, before the old key is dropped': async ({ rotate, journal, confirm }, life) => {
    await rotate();
    confirm();
    life.dieAtNextSet('before');
    await expect(journal.signing.settle()).rejects.toBe(died);
  },
  'when the old key is dropped': async ({ rotate, journal, confirm }, life) => {
    await rotate();
    confirm();
    life.dieAtNextSet('after');
    await expect(journal.signing.settle()).rejects.toBe(died);
  },
};

async function expectSound({ journal }: Parts): Promise<void> {
  expect(await verifyJournal(journal)).toMatchObject({ ok: true });
  const steps = createSteps();
  checkTrust(policyOf(journal, { witnessVkey: null, fleetVkey: null, fleet: null }), {}, steps);
  expect(steps.verification()).toMatchObject({ ok: true });
}

describe('a change of the log key that ends', () => {
  test.for(Object.entries(moments))('%s leaves a journal that opens, signs and goes on', async ([, moment]) => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bench-keys-'));
    const keystore = createMemoryKeystore();
    const life = mortal(keystore);
    const first = await openParts(dataDir, life.keystore);
    first.write();
    first.confirm();
    await moment(first, life);
    first.close();

    const again = await openParts(dataDir, keystore);
    again.write();
    const { note } = again.journal.checkpoint();
    expect(signedByAll(note, [parseVkey(again.journal.vkey)])).toBe(true);
    await expectSound(again);
    await again.rotate();
    expect(again.journal.signing.keys().length).toBeGreaterThan(1);
    again.confirm();
    await again.journal.signing.settle();
    expect(((await keystore.get('log-key')) ?? '').split(' ')).toHaveLength(1);
    again.write();
    again.confirm();
    await expectSound(again);
    again.close();
    rmSync(dataDir, { recursive: true });
  });

  test('by a disk that takes nothing: as if nothing had happened', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'bench-keys-'));
    const keystore = createMemoryKeystore();
    const parts = await openParts(dataDir, keystore);
    const { vkey } = parts.journal;
    await expect(
      parts.journal.signing.rotate(() => {
        throw died;
      }),
    ).rejects.toBe(died);
    expect(parts.journal.vkey).toBe(vkey);
    expect(((await keystore.get('log-key')) ?? '').split(' ')).toHaveLength(1);
    await expectSound(parts);
    parts.close();
    rmSync(dataDir, { recursive: true });
  });
});

test('keys that only the station itself confirms are kept, up to a number', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-keys-'));
  const keystore = createMemoryKeystore();
  const parts = await openParts(dataDir, keystore);
  for (let i = 1; i < 48; i++) await parts.rotate();
  await expect(parts.rotate()).rejects.toMatchObject({ code: 'conflict' });
  const value = (await keystore.get('log-key')) ?? '';
  // What a credential of Windows can hold.
  expect(Buffer.byteLength(value)).toBeLessThanOrEqual(2_560);
  parts.journal.checkpoint();
  await expectSound(parts);
  parts.close();
  rmSync(dataDir, { recursive: true });
});
