import { afterEach, describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { Client } from '../../shared/client.ts';
import { type Method, methods } from '../../shared/contract.ts';
import { erase, openJob, pixelPng, testFunctions } from '../support/job-steps.ts';
import { addPerson, passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const names = Object.keys(methods) as Method[];
const reason = 'Seen on the bench, the chip is gone.';
const done = 'The storage chip was removed and shredded.';
const dayMs = 24 * 3_600_000;

async function requested(technician: Client, fault: 'fails' = 'fails') {
  const job = await erase(bench, technician, await openJob(bench, technician, fault));
  const piece = await technician['evidence.add']({ jobId: job.id, caption: 'chip', contentBase64: pixelPng });
  const asked = { jobId: job.id, reason: 'storage_removed' as const, done, evidenceIds: [piece.id] };
  const { id: approvalId } = await technician['approvals.request'](asked);
  return { jobId: job.id, approvalId, asked };
}

const approval = (approvalId: string) => ({
  approvalId,
  decision: 'approve' as const,
  reason,
  password: passwords.supervisor,
});

async function refusals(reader: Client): Promise<unknown[]> {
  const entries = await reader['journal.list']({ limit: 100 });
  return entries.filter(entry => entry.type === 'access.refused').map(entry => entry.data);
}

describe('a tampered page', () => {
  const nested = (depth: number) => {
    let value: unknown = 'bottom';
    for (let level = 0; level < depth; level++) value = { jobId: value };
    return value;
  };
  const inputs: Record<string, unknown> = {
    'a polluted prototype': JSON.parse('{"__proto__":{"role":"admin","stepUpUntil":9e15},"jobId":{"__proto__":[]}}'),
    'a constructor': { constructor: { prototype: { role: 'admin' } }, toString: 'x', hasOwnProperty: 1 },
    'a huge array': Array.from({ length: 200_000 }, () => 0),
    'an array in every field': {
      jobId: ['x'],
      approvalId: [null],
      evidenceId: { $ne: null },
      operatorId: true,
      deviceId: -1,
      limit: 1e9,
      password: { length: 12 },
      name: ['Ada Admin'],
      state: 'requested; DROP TABLE approval',
    },
    'a deep value': nested(5_000),
    'a number': 4,
    'a text': "' OR 1=1 --",
    null: null,
  };

  test.each(Object.entries(inputs))(
    'sending %s to every method gets a clear refusal and an entry',
    async (_, input) => {
      bench = await startStation();
      const { admin, supervisor } = await staff(bench);
      const people = await admin['users.list']();
      const before = (await supervisor['journal.status']()).size;
      let refused = 0;
      for (const connection of ['admin', 'supervisor']) {
        for (const name of names) {
          const reply = await bench.station.call(connection, name, input);
          if (reply.ok) continue;
          if (/^(bad_input|not_permitted|state_refused)$/.test(reply.error.code)) refused++;
          expect(reply.error.code, name).not.toBe('internal');
          expect(reply.error.message.length, name).toBeLessThan(500);
        }
      }
      expect(refused).toBeGreaterThan(names.length);
      expect((await supervisor['journal.status']()).size).toBeGreaterThanOrEqual(before + refused);
      expect(Object.hasOwn(Object.prototype, 'role')).toBe(false);
      expect(await admin['users.list']()).toEqual(people);
    },
  );

  test('gains nothing by fields that no schema knows', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const job = await openJob(bench, technician);
    const extra = { jobId: job.id, reason: 'On hold', role: 'admin', by: 'op_x', place: 'completed', policy: {} };
    expect(await technician['jobs.hold'](extra)).toMatchObject({ place: 'on_hold' });
    expect(await technician['identity.session']()).toMatchObject({ role: 'technician' });
  });

  test('gets nowhere with a method that is none, and its name is kept nowhere', async () => {
    bench = await startStation();
    const { supervisor } = await staff(bench);
    const name = 'jobs.356938035643809';
    expect(await bench.station.call('technician', name, {})).toMatchObject({ error: { code: 'bad_input' } });
    expect(await refusals(supervisor)).toContainEqual({ method: 'unknown', code: 'bad_input' });
    expect(JSON.stringify(bench.logged)).not.toContain('356938035643809');
  });
});

describe('sessions', () => {
  test('a connection that nobody was given is nobody', async () => {
    bench = await startStation();
    const { supervisor } = await staff(bench);
    for (const forged of ['admin ', 'ADMIN', '', 'supervisor\0', '__proto__', 'constructor', '*', 'admin,technician'])
      expect(await bench.station.call(forged, 'users.list', undefined)).toMatchObject({
        error: { code: 'not_signed_in' },
      });
    expect(await refusals(supervisor)).toContainEqual({ method: 'users.list', code: 'not_signed_in' });
  });

  test('a second window shares neither the session nor the fresh password of the first', async () => {
    bench = await startStation();
    await staff(bench);
    const second = bench.connect('second window');
    expect(await second['identity.session']()).toBeNull();
    await expect(second['users.list']()).rejects.toMatchObject({ code: 'not_signed_in' });
    const third = bench.connect('third window');
    await third['identity.sign_in']({ name: 'Ada Admin', password: passwords.admin });
    await bench.clock.advance(4 * 60_000);
    const first = bench.connect('admin');
    await first['identity.step_up']({ password: passwords.admin });
    await bench.clock.advance(90_000);
    const add = { name: 'New Person', role: 'auditor' } as const;
    await expect(third['users.invite'](add)).rejects.toMatchObject({ code: 'step_up_needed' });
    await third['identity.sign_out']();
    expect(await first['identity.session']()).toMatchObject({ role: 'admin' });
  });

  test('a password of ten megabytes is refused before it is looked at', async () => {
    bench = await startStation();
    const { supervisor } = await staff(bench);
    const stranger = bench.connect('stranger');
    const password = 'x'.repeat(10_000_000);
    await expect(stranger['identity.sign_in']({ name: 'Ada Admin', password })).rejects.toMatchObject({
      code: 'bad_input',
    });
    expect(await refusals(supervisor)).toContainEqual({ method: 'identity.sign_in', code: 'bad_input' });
  });

  test('a clock that is set back makes no password fresh again', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    await admin['identity.step_up']({ password: passwords.admin });
    await bench.clock.advance(4 * 60_000);
    bench.clock.stepWall(-3_600_000);
    await bench.clock.advance(61_000);
    const add = { name: 'New Person', role: 'auditor' } as const;
    await expect(admin['users.invite'](add)).rejects.toMatchObject({ code: 'step_up_needed' });
  });
});

describe('words that are code elsewhere', () => {
  const code = `'); DROP TABLE job; -- <img src=x onerror=alert(1)> =HYPERLINK("http://x") {{7*7}} \${1}`;

  test('are kept as they are and do nothing', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await openJob(bench, technician);
    expect(await technician['jobs.hold']({ jobId: job.id, reason: code })).toMatchObject({ reason: code });
    await supervisor['jobs.release']({ jobId: job.id });
    await technician['evidence.add']({ jobId: job.id, caption: code, contentBase64: pixelPng });
    expect(await technician['evidence.list']({ jobId: job.id })).toMatchObject([{ caption: code }]);
    expect(await technician['jobs.list']({})).toHaveLength(1);
  });

  test('are no name of a person', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    for (const name of ["x'; DELETE FROM operator; --", '<b>Tom</b>', '=1+1', 'a\u202eb', 'a\0b', 'a\nb'])
      await expect(admin['users.invite']({ name, role: 'auditor' })).rejects.toMatchObject({ code: 'bad_input' });
  });
});

describe('an approval', () => {
  test('is decided once, however often and by however many at the same moment', async () => {
    bench = await startStation();
    const { admin, technician, supervisor } = await staff(bench);
    const other = bench.connect('other supervisor');
    await addPerson(admin, other, { name: 'Ted Second', role: 'supervisor', password: 'another river at dusk' });
    const { jobId, approvalId } = await requested(technician);
    const outcomes = await Promise.allSettled([
      supervisor['approvals.decide'](approval(approvalId)),
      other['approvals.decide']({ ...approval(approvalId), decision: 'deny', password: 'another river at dusk' }),
      supervisor['approvals.decide'](approval(approvalId)),
    ]);
    expect(outcomes.filter(outcome => outcome.status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' });
    const entries = await supervisor['journal.list']({ limit: 50, jobId });
    expect(entries.filter(e => /bypass_(approved|denied)/.test(e.type))).toHaveLength(1);
    expect(await refusals(supervisor)).toContainEqual({ method: 'approvals.decide', code: 'conflict' });
  });

  test('that was used opens nothing again, for its job or another', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const { jobId, approvalId, asked } = await requested(technician);
    await supervisor['approvals.decide'](approval(approvalId));
    await testFunctions(technician, jobId);
    await expect(supervisor['approvals.decide'](approval(approvalId))).rejects.toMatchObject({ code: 'conflict' });
    await expect(supervisor['approvals.revoke']({ approvalId, reason })).rejects.toMatchObject({ code: 'conflict' });
    await expect(technician['jobs.begin_functional']({ jobId })).rejects.toMatchObject({ code: 'state_refused' });
    await expect(technician['approvals.request'](asked)).rejects.toMatchObject({ code: 'state_refused' });
    const other = await requested(technician);
    await expect(technician['approvals.request']({ ...asked, jobId: other.jobId })).rejects.toMatchObject({
      code: 'evidence_refused',
    });
    await expect(technician['jobs.begin_functional']({ jobId: other.jobId })).rejects.toMatchObject({
      code: 'state_refused',
    });
    expect(await refusals(supervisor)).toContainEqual({ method: 'jobs.begin_functional', code: 'state_refused' });
  });

  test('names each piece of evidence once', async () => {
    bench = await startStation();
    const { technician } = await staff(bench);
    const { asked } = await requested(technician);
    const twice = [...asked.evidenceIds, ...asked.evidenceIds];
    await expect(technician['approvals.request']({ ...asked, evidenceIds: twice })).rejects.toMatchObject({
      code: 'bad_input',
    });
  });

  test('is not decided by its requester after the bench was started again', async () => {
    bench = await startStation();
    const { supervisor } = await staff(bench);
    const { approvalId } = await requested(supervisor);
    await bench.station.close();
    bench = await startStation({ dataDir: bench.dataDir, keystore: bench.keystore, seed: 'again' });
    const again = bench.connect('again');
    await again['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
    await expect(again['approvals.decide'](approval(approvalId))).rejects.toThrow('Somebody other than the requester');
    expect(await refusals(again)).toContainEqual({ method: 'approvals.decide', code: 'state_refused' });
  });

  test('that ran out stays so when the clock is set back', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const { jobId, approvalId } = await requested(technician);
    const { expiresAt } = await supervisor['approvals.decide'](approval(approvalId));
    const left = Date.parse(expiresAt ?? '') - bench.clock.now();
    expect(left).toBeLessThanOrEqual(dayMs);
    // Its end passes between two of the bench's own looks, so that nothing but the time says that it ran out.
    bench.clock.stepWall(left);
    await expect(technician['jobs.begin_functional']({ jobId })).rejects.toThrow('The approval has expired.');
    bench.clock.stepWall(-dayMs);
    await expect(technician['jobs.begin_functional']({ jobId })).rejects.toThrow('The approval has expired.');
    expect(await technician['jobs.get']({ jobId })).toMatchObject({ place: 'reset.bypass_approved' });
    const [running] = (await supervisor['journal.list']({ limit: 1 })).map(entry => entry.at);
    expect(Date.parse(running ?? '')).toBeLessThan(Date.parse(expiresAt ?? ''));
  });

  test('that ran out stays so when the clock is set back while the bench is off', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const { jobId, approvalId } = await requested(technician);
    await supervisor['approvals.decide'](approval(approvalId));
    const decidedAt = bench.clock.now();
    bench.clock.stepWall(dayMs);
    // Something is recorded after its end and before the bench looks: the last thing is that it stops.
    await bench.station.close();
    const { dataDir, keystore } = bench;
    const clock = createFakeClock(decidedAt + 3_600_000, '00000000-0000-4000-8000-000000000002');
    bench = await startStation({ dataDir, keystore, seed: 'again', drivers: { clock } });
    const again = bench.connect('again');
    await again['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
    expect(await again['jobs.get']({ jobId })).toMatchObject({ place: 'reset.erase_failed' });
    expect(await again['approvals.list']({ state: 'expired' })).toMatchObject([{ id: approvalId }]);
  });
});
