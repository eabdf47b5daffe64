import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createFileKeystore } from '../../electron/drivers/keystore/keystore.file.ts';
import { openOsKeystore } from '../../electron/drivers/keystore/keystore.node.ts';
import { BenchError } from '../../shared/errors.ts';

const hasBus = process.platform === 'linux';
const unlessBus = hasBus ? '' : ' (skipped: only on Linux is the keyring reached over a bus that can be missing)';

test.skipIf(!hasBus)(`check 15: without a keyring the bench refuses and says what to do${unlessBus}`, async () => {
  const before = process.env.DBUS_SESSION_BUS_ADDRESS;
  // Where no bus is, no keyring is: what a service account or a bare session looks like.
  process.env.DBUS_SESSION_BUS_ADDRESS = 'unix:path=/nonexistent/bus';
  try {
    const refused = await openOsKeystore('Veriqko Bench test').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BenchError);
    expect(refused).toMatchObject({ code: 'keystore_unavailable', message: expect.stringMatching(/unlock it/) });
  } finally {
    if (before === undefined) delete process.env.DBUS_SESSION_BUS_ADDRESS;
    else process.env.DBUS_SESSION_BUS_ADDRESS = before;
  }
});

test('a key file keeps what it is given, for its owner alone', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'keys-')), 'keystore.json');
  const keystore = createFileKeystore(file);
  expect(keystore.strength).toBe('file');
  expect(await keystore.get('a')).toBeNull();
  await keystore.set('a', 'one');
  await keystore.set('b', 'two');
  await keystore.delete('a');
  expect(await createFileKeystore(file).get('b')).toBe('two');
  expect(await keystore.get('a')).toBeNull();
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a damaged key file is refused, and left as it is', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'keys-')), 'keystore.json');
  writeFileSync(file, '{"a":');
  await expect(createFileKeystore(file).set('b', 'two')).rejects.toMatchObject({ code: 'keystore_unavailable' });
  expect(readFileSync(file, 'utf8')).toBe('{"a":');
});
