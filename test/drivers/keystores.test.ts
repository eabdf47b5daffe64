import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { openOsKeystore } from '../../electron/drivers/keystore/keystore.node.ts';
import type { Keystore } from '../../electron/drivers/keystore/keystore.ts';
import { noSecretService, startSecretService } from '../support/secret-service.ts';

const root = mkdtempSync(join(tmpdir(), 'keystores-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const fresh = () => join(mkdtempSync(join(root, 'store-')), 'keystore.json');

type Kind = {
  name: string;
  strength: Keystore['strength'];
  why: string | null;
  /** Opens what the last call opened, as a restart does; null where nothing outlives the process. */
  create(): { open(): Promise<Keystore>; again: (() => Promise<Keystore>) | null };
};

const file = (options: { passphrase?: string }) => () => {
  const path = fresh();
  const open = async () => createFileKeystore(path, options);
  return { open, again: open };
};
let services = 0;
const kinds: Kind[] = [
  {
    name: 'memory',
    strength: 'memory',
    why: null,
    create: () => ({ open: async () => createMemoryKeystore(), again: null }),
  },
  { name: 'file with a machine key', strength: 'file', why: null, create: file({}) },
  { name: 'file with a passphrase', strength: 'file', why: null, create: file({ passphrase: 'Grüße aus Köln' }) },
  {
    name: 'keyring of the system',
    strength: 'os',
    why: noSecretService,
    create: () => {
      const service = `Veriqko Bench test ${++services}`;
      const open = () => openOsKeystore(service);
      return { open, again: open };
    },
  },
];

describe.each(kinds)('keystore: $name', ({ strength, why, create }) => {
  const title = (text: string) => (why === null ? text : `${text} (skipped: ${why})`);
  let service: Awaited<ReturnType<typeof startSecretService>> | null = null;
  const busBefore = process.env.DBUS_SESSION_BUS_ADDRESS;

  beforeAll(async () => {
    if (strength !== 'os' || why !== null) return;
    service = await startSecretService();
    process.env.DBUS_SESSION_BUS_ADDRESS = service.env.DBUS_SESSION_BUS_ADDRESS;
  });
  afterAll(() => {
    service?.stop();
    if (busBefore === undefined) delete process.env.DBUS_SESSION_BUS_ADDRESS;
    else process.env.DBUS_SESSION_BUS_ADDRESS = busBefore;
  });

  test.skipIf(why)(title('gives back what it was given, and nothing it was not'), async () => {
    const keystore = await create().open();
    expect(keystore.strength).toBe(strength);
    expect(await keystore.get('database')).toBeNull();
    const value = Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString('base64');
    await keystore.set('database', value);
    await keystore.set('Zähler/ü', '{"a":"\\u2028 ✓"}');
    expect(await keystore.get('database')).toBe(value);
    expect(await keystore.get('Zähler/ü')).toBe('{"a":"\\u2028 ✓"}');
    await keystore.set('database', 'another');
    expect(await keystore.get('database')).toBe('another');
  });

  test.skipIf(why)(title('forgets what is deleted, and deleting nothing is no fault'), async () => {
    const keystore = await create().open();
    await keystore.set('a', '1');
    await keystore.set('b', '2');
    await keystore.delete('a');
    await keystore.delete('a');
    expect(await keystore.get('a')).toBeNull();
    expect(await keystore.get('b')).toBe('2');
  });

  test.skipIf(why)(title('loses none of many writes at once'), async () => {
    const keystore = await create().open();
    const names = Array.from({ length: 20 }, (_, i) => `key-${i}`);
    await Promise.all(names.map(name => keystore.set(name, `value of ${name}`)));
    const values = await Promise.all(names.map(name => keystore.get(name)));
    expect(values).toEqual(names.map(name => `value of ${name}`));
  });

  test.skipIf(why)(title('a name of the language itself is a name like any other'), async () => {
    const keystore = await create().open();
    expect(await keystore.get('constructor')).toBeNull();
    await keystore.set('__proto__', 'x');
    expect(await keystore.get('__proto__')).toBe('x');
  });

  test.skipIf(why)(title('outlives a restart where it is made to'), async () => {
    const { open, again } = create();
    await (await open()).set('a', '1');
    if (again === null) expect(strength).toBe('memory');
    else expect(await (await again()).get('a')).toBe('1');
  });
});

describe('keystore file', () => {
  const refused = (message: RegExp) => ({
    code: 'keystore_unavailable',
    message: expect.stringMatching(message),
  });

  test('holds no readable secret and lets nobody but its owner read', async () => {
    const path = join(fresh(), 'deeper', 'keystore.json');
    await createFileKeystore(path).set('database', 'top secret value');
    const folder = join(path, '..');
    expect(readdirSync(folder).toSorted()).toEqual(['keystore.json', 'machine.key']);
    for (const name of readdirSync(folder)) {
      expect(readFileSync(join(folder, name), 'latin1')).not.toMatch(/secret|database/);
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
    }
  });

  test('writes no machine key where there is a passphrase, and refuses another passphrase', async () => {
    const path = fresh();
    await createFileKeystore(path, { passphrase: 'right' }).set('a', '1');
    expect(existsSync(join(path, '..', 'machine.key'))).toBe(false);
    const before = readFileSync(path);
    const other = createFileKeystore(path, { passphrase: 'wrong' });
    await expect(other.get('a')).rejects.toMatchObject(refused(/passphrase is wrong/));
    await expect(other.set('a', '2')).rejects.toMatchObject(refused(/passphrase is wrong/));
    expect(readFileSync(path)).toEqual(before);
  });

  test('refuses a store whose machine key is missing, damaged, another or open to others', async () => {
    const path = fresh();
    const machineKey = join(path, '..', 'machine.key');
    await createFileKeystore(path).set('a', '1');
    const key = readFileSync(machineKey);
    const get = () => createFileKeystore(path).get('a');

    chmodSync(machineKey, 0o640);
    await expect(get()).rejects.toMatchObject(refused(/Other users/));
    chmodSync(machineKey, 0o600);
    writeFileSync(machineKey, 'short');
    await expect(get()).rejects.toMatchObject(refused(/machine key is damaged/));
    writeFileSync(machineKey, Buffer.alloc(32, 7).toString('base64'));
    await expect(get()).rejects.toMatchObject(refused(/damaged/));
    rmSync(machineKey);
    await expect(createFileKeystore(path).set('a', '2')).rejects.toMatchObject(refused(/is missing/));
    writeFileSync(machineKey, key, { mode: 0o600 });
    expect(await get()).toBe('1');
  });

  test('any single changed byte is damage, and damage is never overwritten', async () => {
    const path = fresh();
    await createFileKeystore(path).set('a', '1');
    const whole = readFileSync(path);
    const keystore = createFileKeystore(path);
    expect(await keystore.get('a')).toBe('1');
    for (let at = 0; at < whole.length - 1; at += 7) {
      const changed = Buffer.from(whole);
      changed.writeUInt8((whole[at] ?? 0) ^ 1, at);
      writeFileSync(path, changed);
      await expect(keystore.get('a'), `byte ${at}`).rejects.toMatchObject({ code: 'keystore_unavailable' });
    }
    for (const length of [0, 1, whole.length / 2]) {
      writeFileSync(path, whole.subarray(0, length));
      await expect(keystore.set('a', '2')).rejects.toMatchObject({ code: 'keystore_unavailable' });
      expect(readFileSync(path)).toEqual(whole.subarray(0, length));
    }
  });

  test('a folder that cannot be written to is told in words', async () => {
    const path = fresh();
    mkdirSync(path);
    await expect(createFileKeystore(path).set('a', '1')).rejects.toMatchObject(
      refused(/EISDIR.*Check the data folder/),
    );
    const below = join(fresh(), 'x');
    writeFileSync(join(below, '..'), 'a file');
    await expect(createFileKeystore(below).set('a', '1')).rejects.toMatchObject({ code: 'keystore_unavailable' });
  });

  test('leaves nothing behind but the store', async () => {
    const path = fresh();
    const keystore = createFileKeystore(path, { passphrase: 'p' });
    for (let i = 0; i < 5; i++) await keystore.set('a', String(i));
    expect(readdirSync(join(path, '..'))).toEqual(['keystore.json']);
  });
});
