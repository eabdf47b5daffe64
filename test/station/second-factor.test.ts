import { afterEach, describe, expect, test } from 'vitest';
import { type Method, methods } from '../../shared/contract.ts';
import type { MethodSpec } from '../../shared/method.ts';
import { allows, isPrivileged } from '../../shared/permissions.ts';
import { totp } from '../support/authenticator.ts';
import { passwords, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const name = 'Ada Admin';
const password = passwords.admin;
const setUp = { siteName: 'S', stationName: 'B', adminName: name, password };

async function enrolled() {
  bench = await startStation({ authenticators: false });
  const admin = bench.connect('admin');
  await admin['identity.set_up'](setUp);
  const offer = await admin['me.begin_factor']();
  const { codes } = await admin['me.confirm_factor']({ code: totp(offer.secret, bench.clock.now()) });
  await bench.clock.advance(60_000);
  const recovery = (index: number) => codes[index] ?? '';
  return { admin, offer, recovery, shown: (ms = 0) => totp(offer.secret, bench.clock.now() + ms) };
}

describe('a second factor', () => {
  test('is needed for every privileged act of an admin, and for nothing else', async () => {
    bench = await startStation({ authenticators: false });
    const admin = bench.connect('admin');
    expect(await admin['identity.set_up'](setUp)).toMatchObject({ secondFactor: 'needed' });
    let privileged = 0;
    for (const method of Object.keys(methods) as Method[]) {
      const { access }: MethodSpec = methods[method];
      if (access === 'public' || access === 'session' || !allows('admin', access)) continue;
      const reply = await bench.station.call('admin', method, { nonsense: true });
      const code = reply.ok ? 'ok' : reply.error.code;
      if (isPrivileged(access)) expect(code, method).toBe('mfa_needed');
      else expect(code, method).not.toBe('mfa_needed');
      if (isPrivileged(access)) privileged++;
    }
    expect(privileged).toBeGreaterThan(10);
    expect(isPrivileged('user.manage') && isPrivileged('bypass.decide') && !isPrivileged('journal.read')).toBe(true);
  });

  test('is set up by a code of it, and its sign-in asks for one that was not used', async () => {
    const { admin, offer, shown } = await enrolled();
    expect(offer.uri).toContain('otpauth://totp/');
    expect(offer.qrSvg).toContain('<svg');
    expect(await admin['users.list']()).toMatchObject([{ secondFactor: true }]);
    const again = bench.connect('again');
    await expect(again['identity.sign_in']({ name, password })).rejects.toMatchObject({ code: 'code_needed' });
    await expect(again['identity.sign_in']({ name, password, code: '000000' })).rejects.toMatchObject({
      code: 'code_refused',
    });
    expect(await again['identity.sign_in']({ name, password, code: shown() })).toMatchObject({ secondFactor: 'given' });
    await expect(again['identity.sign_in']({ name, password, code: shown() })).rejects.toThrow('used already');
    await expect(again['identity.sign_in']({ name, password, code: shown(-30_000) })).rejects.toThrow('used already');
    await bench.clock.advance(10_000);
    expect(await again['identity.sign_in']({ name, password, code: shown(30_000) })).toMatchObject({ name });
  });

  test('counts wrong codes like wrong passwords', async () => {
    const { shown } = await enrolled();
    const again = bench.connect('again');
    for (let tries = 0; tries < 3; tries++)
      await expect(again['identity.sign_in']({ name, password, code: '000000' })).rejects.toMatchObject({
        code: 'code_refused',
      });
    await expect(again['identity.sign_in']({ name, password, code: shown() })).rejects.toMatchObject({
      code: 'too_many_attempts',
    });
  });

  test('says when the clocks are apart, and a recovery code works once', async () => {
    const { recovery, shown } = await enrolled();
    const again = bench.connect('again');
    await expect(again['identity.sign_in']({ name, password, code: shown(2 * 3_600_000) })).rejects.toThrow(
      '120 minutes apart. Use a recovery code',
    );
    expect(await again['identity.sign_in']({ name, password, code: recovery(0).toLowerCase() })).toMatchObject({
      name,
    });
    await expect(again['identity.sign_in']({ name, password, code: recovery(0) })).rejects.toThrow('used already');
    expect(await again['me.get']()).toMatchObject({ recoveryCodesLeft: 9 });
    const { codes } = await again['me.new_recovery_codes']();
    expect(new Set(codes).size).toBe(10);
    await expect(again['identity.sign_in']({ name, password, code: recovery(1) })).rejects.toMatchObject({
      code: 'code_refused',
    });
  });

  test('is asked for to step up; unlocking by the password alone makes nothing fresh', async () => {
    const { admin, shown } = await enrolled();
    await admin['identity.lock']();
    expect(await admin['identity.unlock']({ password })).toMatchObject({ locked: false, stepUpUntil: null });
    await expect(admin['users.invite']({ name: 'New Person', role: 'auditor' })).rejects.toMatchObject({
      code: 'step_up_needed',
    });
    await expect(admin['identity.step_up']({ password })).rejects.toMatchObject({ code: 'code_needed' });
    await admin['identity.step_up']({ password, code: shown() });
    await admin['users.invite']({ name: 'New Person', role: 'auditor' });
  });

  test('is removed by oneself with a fresh proof, and needed again before the next privileged act', async () => {
    const { admin, shown, recovery } = await enrolled();
    await bench.clock.advance(10 * 60_000);
    await expect(admin['me.remove_factor']()).rejects.toMatchObject({ code: 'step_up_needed' });
    const elsewhere = bench.connect('elsewhere');
    await elsewhere['identity.sign_in']({ name, password, code: recovery(0) });
    await admin['identity.step_up']({ password, code: shown() });
    expect(await admin['me.remove_factor']()).toMatchObject({ secondFactor: false, recoveryCodesLeft: 0 });
    expect(await elsewhere['identity.session']()).toBeNull();
    await expect(admin['users.list']()).rejects.toMatchObject({ code: 'mfa_needed' });
    const types = (await admin['journal.list']({ limit: 50 })).map(entry => entry.type);
    expect(types).toEqual(expect.arrayContaining(['operator.factor_set', 'operator.factor_removed']));
  });
});
