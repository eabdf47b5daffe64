import { afterEach, describe, expect, test } from 'vitest';
import { type Method, methods } from '../../shared/contract.ts';
import type { MethodSpec } from '../../shared/method.ts';
import {
  addPerson,
  passwords,
  staff,
  startStation,
  type TestStation,
  testIdentityPolicy,
} from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const dayMs = 24 * 3_600_000;
const idOf = async (client: Awaited<ReturnType<typeof staff>>['admin'], role: string) => {
  const found = (await client['users.list']()).find(user => user.role === role);
  if (!found) throw new Error(`no ${role}`);
  return found.id;
};

describe('an invitation', () => {
  test('opens the account once, to whoever has the code and in time', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    const { code, operator } = await admin['users.invite']({ name: 'New Person', role: 'technician' });
    expect(operator.invitedUntil).not.toBeNull();
    const person = bench.connect('person');
    const accept = { name: 'New Person', code, password: 'a sentence nobody knows' };
    await expect(person['identity.sign_in']({ name: 'New Person', password: code })).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
    await expect(person['identity.accept_invitation']({ ...accept, code: 'AAAAA-AAAAA' })).rejects.toMatchObject({
      code: 'sign_in_failed',
    });
    await expect(person['identity.accept_invitation']({ ...accept, password: 'password1234' })).rejects.toMatchObject({
      code: 'password_refused',
    });
    await person['identity.accept_invitation']({ ...accept, code: code.toLowerCase().replace('-', ' ') });
    await expect(person['identity.accept_invitation'](accept)).rejects.toMatchObject({ code: 'sign_in_failed' });
    expect(await person['identity.sign_in'](accept)).toMatchObject({ name: 'New Person', role: 'technician' });
    const late = await admin['users.invite']({ name: 'Late Person', role: 'technician' });
    await bench.clock.advance(8 * dayMs);
    await expect(
      person['identity.accept_invitation']({ ...accept, name: 'Late Person', code: late.code }),
    ).rejects.toMatchObject({ code: 'sign_in_failed' });
  });

  test('is how a second admin brings somebody back, whose sessions end', async () => {
    bench = await startStation();
    const { admin, technician } = await staff(bench);
    const operatorId = await idOf(admin, 'technician');
    await expect(admin['users.reset']({ operatorId: await idOf(admin, 'admin') })).rejects.toMatchObject({
      code: 'conflict',
    });
    const { code } = await admin['users.reset']({ operatorId });
    expect(await technician['identity.session']()).toBeNull();
    const sign = { name: 'Tom Technician', password: passwords.technician };
    await expect(technician['identity.sign_in'](sign)).rejects.toMatchObject({ code: 'sign_in_failed' });
    await expect(technician['identity.accept_invitation']({ ...sign, code })).rejects.toThrow('before');
    await technician['identity.accept_invitation']({ ...sign, code, password: 'another drawer, another gun' });
    await technician['identity.sign_in']({ ...sign, password: 'another drawer, another gun' });
  });
});

describe('a password', () => {
  test.each([
    ['shortish one', 'three of'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaa', 'same few'],
    ['Password1234!', 'common'],
    ['Tom Technician 1!', 'name'],
  ])('like %s is refused, saying why', async (password, why) => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const change = { current: passwords.technician, password };
    await expect(technician['me.change_password'](change)).rejects.toThrow(why);
  });

  test('is none of the last twelve, and its change ends the other sessions', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const other = bench.connect('other');
    await other['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    let current: string = passwords.technician;
    const change = async (password: string) => {
      await technician['me.change_password']({ current, password });
      current = password;
    };
    await change('a first new sentence');
    expect(await other['identity.session']()).toBeNull();
    await expect(change(passwords.technician)).rejects.toMatchObject({ code: 'password_refused' });
    for (let i = 0; i < 11; i++) await change(`the sentence number ${i}`);
    await change(passwords.technician);
    expect(await technician['me.get']()).toMatchObject({ passwordsRemembered: 12 });
  }, 30_000);

  test('that has expired opens nothing but the way to a new one', async () => {
    const identity = { ...testIdentityPolicy, passwordDays: { admin: 90, others: 180 } };
    bench = await startStation({ config: { policy: { identity } } });
    await staff(bench);
    bench.clock.stepWall(180 * dayMs);
    const late = bench.connect('late');
    expect(await late['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician })).toMatchObject({
      mustChange: true,
    });
    for (const name of Object.keys(methods) as Method[]) {
      const { access, whileMustChange }: MethodSpec = methods[name];
      if (access === 'public' || whileMustChange) continue;
      const reply = await bench.station.call('late', name, { nonsense: true });
      expect(reply, name).toMatchObject({ ok: false, error: { code: 'password_change_needed' } });
    }
    const change = { current: passwords.technician, password: 'a first new sentence' };
    expect(await late['me.change_password'](change)).toMatchObject({ mustChange: false });
    expect(await late['jobs.list']({})).toEqual([]);
  });
});

describe('a session', () => {
  test('locks by itself after five minutes without a touch, and its jobs go on', async () => {
    const identity = { ...testIdentityPolicy, idleMs: 5 * 60_000 };
    bench = await startStation({ config: { policy: { identity } } });
    const { technician, supervisor } = await staff(bench);
    await bench.clock.advance(4 * 60_000);
    await technician['identity.touch']();
    await bench.clock.advance(2 * 60_000);
    expect(await technician['identity.session']()).toMatchObject({ locked: false });
    expect(await supervisor['identity.session']()).toMatchObject({ locked: true });
    await bench.clock.advance(3 * 60_000);
    await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'session_locked' });
    const open = await technician['identity.unlock']({ password: passwords.technician });
    expect(open).toMatchObject({ locked: false });
    await supervisor['identity.unlock']({ password: passwords.supervisor });
    const entries = await supervisor['journal.list']({ limit: 20 });
    const causes = entries.filter(entry => entry.type === 'session.locked').map(entry => entry.data.cause);
    expect(new Set(causes)).toEqual(new Set(['idle']));
    const unlocked = entries.find(entry => entry.type === 'session.unlocked')?.data;
    expect(unlocked?.previous).not.toBe(unlocked?.session);
  });

  test('ends at once when the role changes; the last admin stays one', async () => {
    bench = await startStation();
    const { admin, technician, supervisor } = await staff(bench);
    await admin['users.change_role']({ operatorId: await idOf(admin, 'technician'), role: 'auditor' });
    await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
    const operatorId = await idOf(admin, 'admin');
    await expect(admin['users.change_role']({ operatorId, role: 'technician' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const types = (await supervisor['journal.list']({ limit: 20 })).map(entry => entry.type);
    expect(types).toContain('operator.role_changed');
  });

  test('of one’s own is seen and ended from another', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const other = bench.connect('other');
    await other['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    const { sessions } = await other['me.get']();
    const elsewhere = sessions.find(session => !session.here);
    expect(sessions).toHaveLength(2);
    await other['me.end_session']({ session: elsewhere?.session ?? '' });
    expect(await technician['identity.session']()).toBeNull();
    const here = sessions.find(session => session.here)?.session ?? '';
    await expect(other['me.end_session']({ session: here })).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a badge', () => {
  const card = { badge: 'card 0042', pin: '135790' };

  test('signs a technician in by PIN, with nothing that needs the password', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    await technician['me.set_badge'](card);
    await expect(supervisor['me.set_badge'](card)).rejects.toMatchObject({ code: 'conflict' });
    const floor = bench.connect('floor');
    expect(await floor['identity.sign_in_badge'](card)).toMatchObject({ signedInBy: 'badge', stepUpUntil: null });
    await expect(floor['me.set_badge'](card)).rejects.toMatchObject({ code: 'step_up_needed' });
    await expect(floor['identity.step_up']({ password: card.pin })).rejects.toMatchObject({ code: 'sign_in_failed' });
    expect(await floor['identity.step_up']({ password: passwords.technician })).toMatchObject({ locked: false });
    const journal = JSON.stringify(await supervisor['journal.list']({ limit: 100 }));
    expect(journal).not.toContain(card.badge);
  });

  test('belongs to one account, and is locked after five wrong PINs, known or not', async () => {
    bench = await startStation();
    const { admin, technician, supervisor } = await staff(bench);
    await technician['me.set_badge'](card);
    const second = bench.connect('second');
    const tim = { name: 'Tim Second', role: 'technician', password: 'a sentence nobody knows' } as const;
    await addPerson(admin, second, tim);
    await expect(second['me.set_badge'](card)).rejects.toMatchObject({ code: 'conflict' });
    for (const badge of [card.badge, 'a card of nobody']) {
      for (let tries = 0; tries < 5; tries++) {
        await expect(second['identity.sign_in_badge']({ badge, pin: '000000' })).rejects.toThrow(
          'Badge or PIN is wrong.',
        );
        await bench.clock.advance(10_000);
      }
      await expect(second['identity.sign_in_badge']({ ...card, badge })).rejects.toMatchObject({
        code: 'too_many_attempts',
      });
    }
    const operatorId = await idOf(supervisor, 'technician');
    await supervisor['users.unlock']({ operatorId });
    expect(await second['identity.sign_in_badge'](card)).toMatchObject({ name: 'Tom Technician' });
  });
});

test('the privacy notice is due until its present version is accepted', async () => {
  bench = await startStation({ notices: false, authenticators: false });
  const admin = bench.connect('admin');
  const site = { siteName: 'Test Site', stationName: 'Bench 1', adminName: 'Ada Admin', password: passwords.admin };
  await admin['identity.set_up'](site);
  const { noticeDue } = (await admin['identity.session']()) ?? {};
  expect(noticeDue).toBe(testIdentityPolicy.noticeVersion);
  for (const name of Object.keys(methods) as Method[]) {
    const { access, whileNoticeDue }: MethodSpec = methods[name];
    if (access === 'public' || whileNoticeDue) continue;
    const reply = await bench.station.call('admin', name, { nonsense: true });
    expect(reply, name).toMatchObject({ ok: false, error: { code: 'notice_due' } });
  }
  await admin['me.set_language']({ language: 'de' });
  const elsewhere = bench.connect('elsewhere');
  await elsewhere['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  await expect(elsewhere['devices.list']()).rejects.toMatchObject({ code: 'notice_due' });
  await bench.plug();
  expect(bench.events.map(({ event }) => event)).not.toContain('device.changed');
  await expect(admin['me.accept_notice']({ version: 'old' })).rejects.toMatchObject({ code: 'conflict' });
  expect(await admin['me.accept_notice']({ version: noticeDue ?? '' })).toMatchObject({ noticeDue: null });
  expect(await admin['me.get']()).toMatchObject({ notice: { version: noticeDue } });
  expect(await elsewhere['devices.list']()).toHaveLength(1);
  const [entry] = await admin['journal.list']({ limit: 1 });
  expect(entry).toMatchObject({ type: 'notice.accepted', data: { version: noticeDue }, actorName: 'Ada Admin' });
});

test('a chosen language is told to every screen of its person and kept over sign-ins', async () => {
  bench = await startStation();
  const { admin } = await staff(bench);
  const elsewhere = bench.connect('elsewhere');
  await elsewhere['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
  expect(await admin['identity.session']()).toMatchObject({ language: null });
  await admin['me.set_language']({ language: 'sv' });
  for (const client of [admin, elsewhere]) expect(await client['identity.session']()).toMatchObject({ language: 'sv' });
  const told = bench.events.filter(({ event }) => event === 'session.changed').slice(-2);
  expect(told.map(({ payload }) => payload)).toEqual([
    expect.objectContaining({ language: 'sv' }),
    expect.objectContaining({ language: 'sv' }),
  ]);
  const [entry] = await admin['journal.list']({ limit: 1 });
  expect(entry).toMatchObject({ type: 'operator.language_set', actorName: 'Ada Admin' });
  await elsewhere['identity.sign_out']();
  expect(await elsewhere['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin })).toMatchObject({
    language: 'sv',
  });
});
