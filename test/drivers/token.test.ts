import { createHash, createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createFakeTokens, fakeModule } from '../../electron/drivers/token/token.fake.ts';
import { createNodeTokens } from '../../electron/drivers/token/token.node.ts';
import type { TokenKey, Tokens } from '../../electron/drivers/token/token.ts';
import { faultIn, objectsIn, slotsIn } from '../../electron/drivers/token/tool-output.ts';
import { createSoftTokens, type SoftTokens, softTokenTools } from '../support/soft-token.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

const pin = '246813';
const content = Buffer.from('a document');
const digest = createHash('sha256').update(content).digest();

type Bench = { driver: Tokens; modulePath: string; serial: string; unplug(): void; dropKey(): void };

const isSignedBy = ({ spki }: TokenKey, signature: Uint8Array) => {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  return verify('sha256', content, { key, dsaEncoding: 'ieee-p1363' }, signature);
};

const unavailable = (words: string) => ({ code: 'token_unavailable', message: expect.stringContaining(words) });

/** What every driver of tokens keeps to. */
function tokenSuite(open: () => Bench): void {
  test('lists tokens and keys, and signs what verifies with the key it showed', async () => {
    const { driver, modulePath, serial } = open();
    expect(await driver.list(modulePath)).toMatchObject([{ label: 'site token', serial, tries: 'fine' }]);
    const { keys } = await driver.keys({ modulePath, serial }, pin);
    expect(keys).toMatchObject([{ id: '01', label: 'document key', certificate: null }]);
    const signature = await driver.signDigest({ modulePath, serial, keyId: '01' }, pin, digest);
    expect(signature).toHaveLength(64);
    for (const key of keys) expect(isSignedBy(key, signature)).toBe(true);
  });

  test('refuses a wrong PIN, says that it is not tried again, and takes the right one after', async () => {
    const { driver, modulePath, serial } = open();
    const wrong = driver.signDigest({ modulePath, serial, keyId: '01' }, '999999', digest);
    await expect(wrong).rejects.toMatchObject({ code: 'token_pin_refused' });
    expect(await driver.list(modulePath)).toMatchObject([{ tries: 'low' }]);
    expect((await driver.keys({ modulePath, serial }, pin)).keys).toHaveLength(1);
  });

  test('says which of module, token and key is not there', async () => {
    const { driver, modulePath, serial, unplug, dropKey } = open();
    await expect(driver.list('/usr/lib/no-such-module.so')).rejects.toMatchObject({ code: 'token_unavailable' });
    const other = driver.signDigest({ modulePath, serial: 'ffff', keyId: '01' }, pin, digest);
    await expect(other).rejects.toMatchObject(unavailable('there is another'));
    dropKey();
    const noKey = driver.signDigest({ modulePath, serial, keyId: '01' }, pin, digest);
    await expect(noKey).rejects.toMatchObject(unavailable('not on the token any more'));
    unplug();
    const gone = driver.signDigest({ modulePath, serial, keyId: '01' }, pin, digest);
    await expect(gone).rejects.toMatchObject({ code: 'token_unavailable' });
  });
}

describe('tokens made up', () => {
  const open = () => {
    const driver = createFakeTokens();
    const token = driver.plug({ label: 'site token', serial: 'a1b2', pin });
    return {
      driver,
      token,
      modulePath: fakeModule,
      serial: 'a1b2',
      unplug: () => {
        token.plugged = false;
      },
      dropKey: () => token.keys.delete('01'),
    };
  };
  tokenSuite(open);

  test('the last try for a PIN is not spent', async () => {
    const { driver, modulePath, serial } = open();
    const sign = (with_: string) => driver.signDigest({ modulePath, serial, keyId: '01' }, with_, digest);
    for (const guess of ['1111', '2222'])
      await expect(sign(guess)).rejects.toMatchObject({ code: 'token_pin_refused' });
    await expect(sign('3333')).rejects.toMatchObject(unavailable('one try'));
    await expect(sign(pin)).rejects.toMatchObject(unavailable('one try'));
    expect(driver.asked).toHaveLength(2);
  });
});

describeWithTools('tokens in software (SoftHSM)', softTokenTools, () => {
  const opened: SoftTokens[] = [];
  afterEach(() => {
    for (const tokens of opened.splice(0)) tokens.remove();
  });
  const open = (options: { program?: string; limitMs?: number } = {}) => {
    const tokens = createSoftTokens();
    opened.push(tokens);
    const serial = tokens.add({ label: 'site token', pin });
    const { env, modulePath, folder } = tokens;
    return {
      tokens,
      driver: createNodeTokens({ env, platform: process.platform, ...options }),
      modulePath,
      serial,
      folder,
      unplug: () => renameSync(join(folder, 'tokens'), join(folder, 'gone')),
      dropKey: () => tokens.dropKey({ label: 'site token', pin, id: '01' }),
    };
  };
  tokenSuite(open);

  test('certificates are read with the key they belong to; keys of other kinds are left out', async () => {
    const { tokens, driver, modulePath, serial, folder } = open();
    tokens.makeKey({ label: 'site token', pin, id: '02', type: 'EC:secp384r1' });
    tokens.makeKey({ label: 'site token', pin, id: '03', type: 'rsa:2048' });
    const pem = join(folder, 'certificate.pem');
    const der = join(folder, 'certificate.der');
    const self = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=Any'];
    runTool('openssl', [...self, '-keyout', join(folder, 'key.pem'), '-out', pem]);
    runTool('openssl', ['x509', '-in', pem, '-outform', 'der', '-out', der]);
    tokens.writeCertificate({ label: 'site token', pin, id: '01', file: der });
    const { keys, certificates } = await driver.keys({ modulePath, serial }, pin);
    expect(keys.map(({ id }) => id)).toEqual(['01']);
    expect(Buffer.from(keys[0]?.certificate ?? []).equals(readFileSync(der))).toBe(true);
    expect(certificates).toHaveLength(1);
  });

  test('the PIN is on no command line and in no error, whatever a tracing environment asks for', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    try {
      const log = join(folder, 'log');
      const program = join(folder, 'pkcs11-tool');
      const lines = [
        `tr '\\0' ' ' < /proc/$$/cmdline >> ${log}`,
        `env | grep -v ^VERIQKO >> ${log}`,
        'exec pkcs11-tool "$@"',
      ];
      writeFileSync(program, `#!/bin/sh\n${lines.join('\n')}\n`);
      chmodSync(program, 0o755);
      const { tokens, modulePath, serial } = open();
      const env = { ...tokens.env, OPENSC_DEBUG: '9', PKCS11SPY: modulePath };
      const driver = createNodeTokens({ env, platform: process.platform, program });
      await driver.keys({ modulePath, serial }, pin);
      await driver.signDigest({ modulePath, serial, keyId: '01' }, pin, digest);
      const secret = 'wrong-and-secret';
      const refused = await driver.keys({ modulePath, serial }, secret).catch((error: unknown) => error);
      expect(
        `${JSON.stringify(refused)}${String(refused)}${refused instanceof Error ? refused.stack : ''}`,
      ).not.toContain(secret);
      const seen = readFileSync(log, 'utf8');
      expect(seen).toContain('env:VERIQKO_TOKEN_PIN');
      for (const words of [pin, secret, 'OPENSC_DEBUG', 'PKCS11SPY']) expect(seen).not.toContain(words);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a token that does not answer is given up and its process is gone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'token-'));
    try {
      const program = join(folder, 'pkcs11-tool');
      writeFileSync(program, `#!/bin/sh\necho $$ > ${join(folder, 'pid')}\ntrap '' TERM\nexec sleep 60\n`);
      chmodSync(program, 0o755);
      const { driver, modulePath } = open({ program, limitMs: 1_000 });
      await expect(driver.list(modulePath)).rejects.toMatchObject(unavailable('in time'));
      expect(() => process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 0)).toThrow('ESRCH');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('a module that others can change, a relative path and a missing program are refused before anything is loaded', async () => {
    const { tokens, driver, modulePath, folder } = open();
    const copy = join(folder, 'module.so');
    writeFileSync(copy, readFileSync(modulePath));
    chmodSync(copy, 0o666);
    await expect(driver.list(copy)).rejects.toMatchObject(unavailable('Others on this computer'));
    await expect(driver.list('libsofthsm2.so')).rejects.toMatchObject(unavailable('whole path'));
    writeFileSync(join(folder, 'text.so'), 'no library');
    await expect(driver.list(join(folder, 'text.so'))).rejects.toMatchObject(unavailable('cannot be loaded'));
    const bare = createNodeTokens({ env: { ...tokens.env, PATH: folder }, platform: 'linux' });
    expect(bare.modules()).toBe(null);
    await expect(bare.list(modulePath)).rejects.toMatchObject(unavailable('Install OpenSC'));
    expect(driver.modules()).toContain(modulePath);
  });
});

describe('what pkcs11-tool prints', () => {
  test('labels cannot pass for something else, and what the module adds is passed over', () => {
    const printed = [
      'Available slots:',
      'Slot 0 (0x1f): Reader',
      '  token label        : serial num : ff',
      '  token flags        : login required, user PIN count low, final user PIN try',
      '  serial num         : 0a1b',
      'Slot 1 (0x2): Empty',
      '  (empty)',
    ].join('\n');
    expect(slotsIn(printed)).toEqual([
      { slot: '0x1f', label: 'serial num : ff', serial: '0a1b', model: '', tries: 'last' },
    ]);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65).toString('hex');
    const objects = [
      'Profile object 1',
      '  profile_id:          CKP_PUBLIC_CERTIFICATES_TOKEN (4)',
      '  ID:         09',
      'Public Key Object; EC  EC_POINT 256 bits',
      `  EC_POINT:   0441${point}`,
      '  EC_PARAMS:  06082a8648ce3d030107',
      '  label:      name: with: colons',
      '  ID:         AB',
      '  uri:        pkcs11:token=x',
      'Data object 3',
      '  label:      other',
      'Private Key Object; EC',
      '  label:      without an id',
    ].join('\n');
    expect(objectsIn(objects)).toMatchObject([{ kind: 'public', id: 'ab', label: 'name: with: colons' }]);
    expect(objectsIn(objects)[0]?.spki).toEqual(publicKey.export({ type: 'spki', format: 'der' }));
    expect(objectsIn(objects.replace(point, `04${randomBytes(64).fill(1).toString('hex')}`))[0]?.spki).toBe(null);
  });

  test('each fault is said in words of ours', () => {
    const words = (stderr: string) => faultIn(stderr).message;
    expect(words('error: PKCS11 function C_Sign failed: rv = CKR_DEVICE_REMOVED (0x32)')).toContain('taken out');
    expect(words('error: PKCS11 function C_Login failed: rv = CKR_PIN_LOCKED (0xa4)')).toContain('locked');
    expect(words('rv = CKR_FUNCTION_FAILED (0x6)')).toContain('CKR_FUNCTION_FAILED');
    expect(words('pin is 1234\nsomething')).not.toContain('1234');
  });
});
