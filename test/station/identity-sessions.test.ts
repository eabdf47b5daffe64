import { afterEach, expect, test } from 'vitest';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('a fourth sign-in ends the oldest of three sessions, tells its screen and records it; others stay', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const signIn = async (connection: string) => {
    const client = bench.connect(connection);
    await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
    return client;
  };
  const second = await signIn('second');
  // Locking and unlocking makes no session younger.
  await technician['identity.lock']();
  await technician['identity.unlock']({ password: passwords.technician });
  const third = await signIn('third');
  expect(await technician['identity.session']()).toMatchObject({ role: 'technician' });

  const fourth = await signIn('fourth');
  expect(await technician['identity.session']()).toBeNull();
  await expect(technician['jobs.list']({})).rejects.toMatchObject({ code: 'not_signed_in' });
  for (const client of [second, third, fourth]) expect(await client['jobs.list']({})).toEqual([]);
  expect(bench.events).toContainEqual({ connection: 'technician', event: 'session.changed', payload: null });
  const recent = await supervisor['journal.list']({ limit: 10 });
  expect(recent.filter(e => e.type === 'session.ended')).toMatchObject([{ data: { cause: 'limit' } }]);

  // Signing in again where one is signed in already takes no further place.
  await fourth['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  expect(await second['identity.session']()).not.toBeNull();
});
