import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('everybody takes out what is kept about them, secrets apart, and the bench records it', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  await openJob(bench, technician);
  await technician['identity.step_up']({ password: passwords.technician });
  await technician['me.set_badge']({ badge: 'card 0042', pin: '135790' });
  const { fileName, content } = await technician['me.export']();
  expect(fileName).toMatch(/^about-me-\d{4}-\d\d-\d\d\.json$/);
  const { account, entries } = JSON.parse(content);
  const { sessions: _, ...me } = await technician['me.get']();
  expect(account).toEqual({ ...me, journalEntries: entries.length });
  expect(account).toMatchObject({ name: 'Tom Technician', badge: true });
  const types = entries.map((entry: { type: string }) => entry.type);
  expect(types).toEqual(expect.arrayContaining(['session.started', 'notice.accepted', 'job.opened']));
  expect(types).not.toContain('station.set_up');
  for (const secret of ['$argon2', 'card 0042', '135790', 'Sue']) expect(content).not.toContain(secret);
  const [entry] = await supervisor['journal.list']({ limit: 1 });
  const sha256 = createHash('sha256').update(content).digest('hex');
  expect(entry).toMatchObject({ type: 'operator.data_exported', data: { entries: entries.length, sha256 } });
  expect(entry).toMatchObject({ actorName: 'Tom Technician' });
  await bench.clock.advance(5 * 60_000);
  await expect(technician['me.export']()).rejects.toMatchObject({ code: 'step_up_needed' });
});

test('a wish to be forgotten is recorded, can be taken back, and stands before the admin until it is done', async () => {
  bench = await startStation();
  const { admin, technician, supervisor } = await staff(bench);
  await expect(supervisor['privacy.requests']()).rejects.toMatchObject({ code: 'not_permitted' });
  expect(await technician['me.forgetting']()).toEqual({ askedAt: null, held: false });
  await expect(technician['me.take_back_forgetting']()).rejects.toMatchObject({ code: 'conflict' });
  await technician['me.ask_to_be_forgotten']();
  await expect(technician['me.ask_to_be_forgotten']()).rejects.toMatchObject({ code: 'conflict' });
  expect(await technician['me.take_back_forgetting']()).toEqual({ askedAt: null, held: false });
  expect(await admin['privacy.requests']()).toEqual([]);

  const { askedAt } = await technician['me.ask_to_be_forgotten']();
  const [request] = await admin['privacy.requests']();
  expect(request).toMatchObject({ name: 'Tom Technician', askedAt, held: false });
  if (!request) throw new Error('the request is missing');
  const { subject } = request;
  await admin['identity.step_up']({ password: passwords.admin });
  await admin['privacy.hold']({ subject, reason: 'A dispute about a device is open.' });
  expect(await technician['me.forgetting']()).toEqual({ askedAt, held: true });
  expect(await admin['privacy.requests']()).toMatchObject([{ subject, held: true }]);
  await admin['privacy.release_hold']({ subject });
  await admin['users.deactivate']({ operatorId: subject });
  await admin['privacy.forget']({ subject });
  expect(await admin['privacy.requests']()).toEqual([]);
});
