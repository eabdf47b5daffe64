import { afterEach, describe, expect, test } from 'vitest';
import { type Method, methods } from '../../shared/contract.ts';
import type { MethodSpec } from '../../shared/method.ts';
import { allows, Role } from '../../shared/permissions.ts';
import { openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const names = Object.keys(methods) as Method[];
const specOf = (name: Method): MethodSpec => methods[name];
/** Something no schema takes, so that a call that is let in ends at its input. */
const nonsense = { nonsense: Symbol.iterator.toString() };

async function codeOf(connection: string, name: string): Promise<string> {
  const reply = await bench.station.call(connection, name, nonsense);
  return reply.ok ? 'ok' : reply.error.code;
}

describe('the gate', () => {
  test('lets nobody in without a session, but to what is public', async () => {
    bench = await startStation();
    await staff(bench);
    for (const name of names) {
      const code = await codeOf('a stranger', name);
      if (specOf(name).access === 'public') expect(code, name).not.toBe('not_signed_in');
      else expect(code, name).toBe('not_signed_in');
    }
  });

  test('asks the role matrix for every method and every role', async () => {
    bench = await startStation();
    await staff(bench);
    for (const role of Role.options) {
      for (const name of names) {
        const { access } = specOf(name);
        if (access === 'public' || access === 'session') continue;
        const code = await codeOf(role, name);
        if (allows(role, access)) expect(code, `${role} ${name}`).not.toBe('not_permitted');
        else expect(code, `${role} ${name}`).toBe('not_permitted');
      }
    }
  });

  test('is closed while the session is locked, but for unlocking and leaving', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    await technician['identity.lock']();
    for (const name of names) {
      const { access, whileLocked } = specOf(name);
      if (access === 'public' || whileLocked) continue;
      expect(await codeOf('technician', name), name).toBe('session_locked');
    }
    await expect(technician['identity.unlock']({ password: 'wrong wrong wrong' })).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
    expect(await technician['identity.unlock']({ password: passwords.technician })).toMatchObject({ locked: false });
  });

  test('wants a fresh password for what needs one, and no longer than five minutes', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    const add = (name: string) => admin['users.invite']({ name, role: 'auditor' });
    await add('One More');
    await bench.clock.advance(5 * 60_000);
    await expect(add('And Another')).rejects.toMatchObject({ code: 'step_up_needed' });
    await admin['identity.step_up']({ password: passwords.admin });
    expect(await add('And Another')).toMatchObject({ operator: { name: 'And Another' } });
  });

  test('knows no method that is not in the contract', async () => {
    bench = await startStation();
    for (const name of ['toString', '__proto__', 'constructor', '', 'jobs.erase_everything']) {
      expect(await bench.station.call('x', name, undefined)).toMatchObject({ ok: false, error: { code: 'bad_input' } });
    }
  });

  test('records every refusal with who and what, and no personal data', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    await expect(technician['users.list']()).rejects.toMatchObject({ code: 'not_permitted' });
    const [entry] = await supervisor['journal.list']({ limit: 1 });
    expect(entry).toMatchObject({ type: 'access.refused', data: { method: 'users.list', code: 'not_permitted' } });
    expect(entry?.actorName).toBe('Tom Technician');
    expect(JSON.stringify(entry?.data)).not.toContain('Tom');
  });
});

describe('signing in', () => {
  test('says the same for an unknown name and a wrong password', async () => {
    bench = await startStation();
    await staff(bench);
    const stranger = bench.connect('stranger');
    const unknown = stranger['identity.sign_in']({ name: 'Nobody Known', password: 'whatever it is' });
    const wrong = stranger['identity.sign_in']({ name: 'Tom Technician', password: 'whatever it is' });
    const messages = await Promise.all(
      [unknown, wrong].map(p =>
        p.then(
          () => 'in',
          (e: Error) => e.message,
        ),
      ),
    );
    expect(new Set(messages)).toEqual(new Set(['Name or password is wrong.']));
  });

  test('does not care how the name is written, and set-up happens once', async () => {
    bench = await startStation();
    await staff(bench);
    const other = bench.connect('other');
    expect(
      await other['identity.sign_in']({ name: '  tom TECHNICIAN ', password: passwords.technician }),
    ).toMatchObject({ role: 'technician' });
    const again = { siteName: 'X', stationName: 'Y', adminName: 'Mallory', password: 'another long password' };
    await expect(other['identity.set_up'](again)).rejects.toMatchObject({ code: 'already_set_up' });
  });

  test('ends at once for somebody who is deactivated; the last admin stays', async () => {
    bench = await startStation();
    const { admin, technician } = await staff(bench);
    const tom = (await admin['users.list']()).find(u => u.role === 'technician');
    const ada = (await admin['users.list']()).find(u => u.role === 'admin');
    if (!tom || !ada) throw new Error('people are missing');
    await admin['users.deactivate']({ operatorId: tom.id });
    await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
    await expect(
      technician['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician }),
    ).rejects.toMatchObject({ code: 'sign_in_failed' });
    await expect(admin['users.deactivate']({ operatorId: ada.id })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('what a screen is told', () => {
  test('nothing without a session or while locked, and masked for an auditor', async () => {
    bench = await startStation();
    const { technician, auditor } = await staff(bench);
    bench.connect('a stranger');
    await technician['identity.lock']();
    bench.events.length = 0;
    const phone = await bench.plug();
    const devicesSeenBy = (who: string) =>
      bench.events.filter(e => e.connection === who && e.event === 'device.changed');
    expect(devicesSeenBy('a stranger')).toEqual([]);
    expect(devicesSeenBy('technician')).toEqual([]);
    const serial = phone.identifiers.serial ?? '';
    expect(JSON.stringify(devicesSeenBy('supervisor'))).toContain(serial);
    expect(JSON.stringify(devicesSeenBy('auditor'))).not.toContain(serial);
    expect(JSON.stringify(await auditor['devices.list']())).toContain(`•••${serial.slice(-4)}`);
  });

  test('no identifier in any leaf of the journal, nor in the log', async () => {
    bench = await startStation();
    const { technician, auditor } = await staff(bench);
    await openJob(bench, technician);
    const [phone] = bench.virtual.list();
    const entries = JSON.stringify(await auditor['journal.list']({ limit: 200 }));
    for (const secret of [phone?.identifiers.serial, ...(phone?.identifiers.imei ?? []), 'Tom Technician']) {
      expect(entries).not.toContain(secret);
      expect(JSON.stringify(bench.logged)).not.toContain(secret);
    }
  });
});
