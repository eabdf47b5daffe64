import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { IdentityRead } from '../../electron/drivers/devices/adapter.ts';
import { createPiceaHost } from '../../electron/drivers/picea/picea.node.ts';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { changedLocks, foundLocked, withLocked } from '../../electron/features/jobs/lock-verdicts.ts';
import type { Client } from '../../shared/client.ts';
import { CheckAnswer, type DeviceCheck } from '../../shared/diagnostics.ts';
import { type Job, LockState, type Locks } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { closedMeanwhile, entriesOf, type Given, startInTest, untilEnded } from '../support/in-test.ts';
import { issued } from '../support/issued.ts';
import { openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench?.close());

const misbehaving = fileURLToPath(new URL('../peers/picea-misbehaving.ts', import.meta.url));
const notChecked: Locks = { activation: 'unknown', frp: 'unknown', mdm: 'unknown', blacklist: 'unknown' };
const apple = { manufacturer: 'Apple', model: 'iPhone 13' };

async function inTest(fault: VirtualFault | null = null, given: Given = {}) {
  const started = await startInTest(fault, { phone: apple, ...given });
  bench = started.bench;
  return started;
}

const askTool = (who: Client, { id: jobId }: Job) => untilEnded(bench, who['jobs.ask_locks']({ jobId }));
const record = (who: Client, { id: jobId }: Job, locks: Partial<Locks>) =>
  who['jobs.record_locks']({ jobId, locks: { ...notChecked, ...locks } });

/** A tool that answers this about whatever device it is asked about. */
const answers = (checks: Partial<Record<DeviceCheck, CheckAnswer>>): Pick<Picea, 'verify'> => ({
  verify: async ({ identifiers }) => ({
    operationId: 'verification-1',
    identifiers,
    checks: { lock_code: 'unknown', sim_card: 'unknown', find_my: 'unknown', rooted: 'unknown', ...checks },
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    raw: '{}',
  }),
});

describe('the rule', () => {
  const found = (find_my: CheckAnswer, rest: CheckAnswer) =>
    foundLocked({ lock_code: rest, sim_card: rest, find_my, rooted: rest });

  test.each(CheckAnswer.options)('Find My %s, whatever else is answered and was recorded', findMy => {
    for (const rest of CheckAnswer.options) {
      for (const recorded of LockState.options) {
        const before: Locks = { activation: recorded, frp: recorded, mdm: recorded, blacklist: recorded };
        const after = withLocked(before, found(findMy, rest));
        const activation = findMy === 'yes' ? 'locked' : recorded;
        expect(after).toEqual({ ...before, activation });
        expect(changedLocks(before, after)).toEqual(recorded === activation ? [] : ['activation']);
      }
    }
  });
});

describe('what is recorded', () => {
  test('of a phone that its owner still holds: locked, who asked, the raw result by its hash, and no identifier', async () => {
    const { technician, supervisor, job, phone } = await inTest(null, { phone: { ...apple, findMy: true } });
    const answer = await askTool(technician, job);
    expect(answer.job).toMatchObject({ locks: { ...notChecked, activation: 'locked' }, attached: true });
    expect(answer.locked).toEqual(['activation']);
    const [asked, ...others] = await entriesOf(supervisor, job, 'job.locks_asked');
    expect(others).toEqual([]);
    expect(asked).toMatchObject({
      actorName: 'Tom Technician',
      data: {
        tool: 'Virtual erasure tool',
        checks: { lock_code: 'no', sim_card: 'no', find_my: 'yes', rooted: 'no' },
        rawSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(JSON.stringify(asked?.data)).not.toContain(phone.identifiers.serial);
    const [recorded] = await entriesOf(supervisor, job, 'job.locks_recorded');
    expect(recorded).toMatchObject({
      actorName: 'Tom Technician',
      data: { locks: { ...notChecked, activation: 'locked' }, byTool: ['activation'], to: 'functional' },
    });
  });

  test('of a phone that its owner holds: once, however often it is asked', async () => {
    const { technician, supervisor, job } = await inTest(null, { phone: { ...apple, findMy: true } });
    for (const _ of ['first', 'again'])
      expect((await askTool(technician, job)).job.locks).toEqual({ ...notChecked, activation: 'locked' });
    expect(await entriesOf(supervisor, job, 'job.locks_asked')).toHaveLength(2);
    expect(await entriesOf(supervisor, job, 'job.locks_recorded')).toHaveLength(1);
  });

  test('of a phone that says Find My is off: the answer, and no lock is clear by it', async () => {
    const { technician, supervisor, job } = await inTest();
    const answer = await askTool(technician, job);
    expect(answer).toMatchObject({ locked: [], checks: { find_my: 'no' }, job: { locks: notChecked } });
    expect(await entriesOf(supervisor, job, 'job.locks_recorded')).toEqual([]);
  });

  test.each([
    ['a tool that knows nothing', 'does_nothing', apple],
    ['a phone without Find My', null, { manufacturer: 'Google', model: 'Pixel 7a' }],
  ] as const)('of %s: the answers, and no lock', async (_, fault, phone) => {
    const { technician, supervisor, job } = await inTest(fault, { phone });
    const answer = await askTool(technician, job);
    expect(answer).toMatchObject({ locked: [], checks: { find_my: 'unknown' }, job: { locks: notChecked } });
    expect(await entriesOf(supervisor, job, 'job.locks_asked')).toHaveLength(1);
    expect(await entriesOf(supervisor, job, 'job.locks_recorded')).toEqual([]);
  });

  test.each([
    ['clear', 'yes', 'locked'],
    ['clear', 'unknown', 'clear'],
    ['locked', 'no', 'locked'],
    ['locked', 'unknown', 'locked'],
  ] as const)('where a person said %s and the tool says %s: %s', async (said, find_my, expected) => {
    const picea = answers({ find_my, lock_code: 'yes', sim_card: 'yes', rooted: 'yes' });
    const { technician, job } = await inTest(null, { picea });
    await record(technician, job, { activation: said, mdm: 'clear', blacklist: 'locked' });
    const { locks } = (await askTool(technician, job)).job;
    expect(locks).toEqual({ activation: expected, frp: 'unknown', mdm: 'clear', blacklist: 'locked' });
  });

  test('a person takes back what the tool said', async () => {
    const { technician, job } = await inTest(null, { picea: answers({ find_my: 'yes' }) });
    await askTool(technician, job);
    expect((await record(technician, job, { activation: 'clear' })).locks.activation).toBe('clear');
  });

  test('in the quality check too, where an answer that changes nothing leaves a waiver as it is', async () => {
    const { technician, supervisor, job } = await inTest(null, { picea: answers({ find_my: 'yes' }) });
    for (const { id: stepId } of job.steps)
      await technician['jobs.record_step']({ jobId: job.id, stepId, result: 'pass' });
    await technician['jobs.finish_functional']({ jobId: job.id });
    expect((await askTool(technician, job)).job).toMatchObject({ place: 'qc', locks: { activation: 'locked' } });
    await expect(supervisor['jobs.sign_off']({ jobId: job.id })).rejects.toMatchObject({ code: 'state_refused' });
    await supervisor['jobs.waive_lock']({ jobId: job.id, lock: 'activation', reason: 'The owner is asked.' });
    expect((await askTool(technician, job)).job.waivedLocks).toEqual(['activation']);
  });

  test('what a person records while the tool is asked is not overwritten', async () => {
    const { technician, job } = await inTest('slow');
    const asking = technician['jobs.ask_locks']({ jobId: job.id });
    await bench.clock.advance(1_300);
    await record(technician, job, { activation: 'locked', frp: 'clear' });
    expect((await untilEnded(bench, asking)).job.locks).toMatchObject({ activation: 'locked', frp: 'clear' });
  });

  test('a job that was held meanwhile keeps the answers, and no lock is recorded', async () => {
    const { technician, supervisor, job } = await inTest('slow');
    const asking = technician['jobs.ask_locks']({ jobId: job.id });
    await bench.clock.advance(1_300);
    await supervisor['jobs.hold']({ jobId: job.id, reason: 'Somebody asks for it.' });
    expect((await untilEnded(bench, asking)).job).toMatchObject({ place: 'on_hold', locks: notChecked });
    expect(await entriesOf(supervisor, job, 'job.locks_asked')).toHaveLength(1);
    expect(await entriesOf(supervisor, job, 'job.locks_recorded')).toEqual([]);
  });
});

describe('a report', () => {
  const printed = async (who: Client, job: Job) => {
    const { record: device } = await issued(who, job, 'functional', 'customer');
    return { notChecked: device.notChecked, locks: Object.fromEntries(device.locks.map(lock => [lock.kind, lock])) };
  };
  const byTool = { source: 'Virtual erasure tool 1' };
  const byHand = { source: 'operator' };

  test('names the tool as the source of what it found, and nobody where nobody looked', async () => {
    const { technician, job } = await inTest(null, { phone: { ...apple, findMy: true } });
    await askTool(technician, job);
    const first = await printed(technician, job);
    expect(first.locks).toMatchObject({
      activation: { state: 'locked', ...byTool },
      frp: { state: 'unknown', source: null, checkedAt: null },
    });
    expect(first.notChecked).toContain('lock_frp');
    expect(first.notChecked).not.toContain('lock_activation');
    await record(technician, job, { activation: 'locked', frp: 'locked' });
    expect((await printed(technician, job)).locks).toMatchObject({ activation: byTool, frp: byHand });
    await record(technician, job, { activation: 'clear', frp: 'locked' });
    expect((await printed(technician, job)).locks.activation).toMatchObject({ state: 'clear', ...byHand });
  });

  test('says locked by the tool where a person had said clear', async () => {
    const { technician, job } = await inTest(null, { phone: { ...apple, findMy: true } });
    await record(technician, job, { activation: 'clear', mdm: 'clear' });
    await askTool(technician, job);
    expect((await printed(technician, job)).locks).toMatchObject({
      activation: { state: 'locked', ...byTool },
      frp: { state: 'unknown', ...byHand },
      mdm: { state: 'clear', ...byHand },
    });
  });
});

describe('nothing is recorded', () => {
  const nothing = async (who: Client, job: Job) => {
    expect(await entriesOf(who, job, 'job.locks_asked')).toEqual([]);
    expect(await entriesOf(who, job, 'job.locks_recorded')).toEqual([]);
  };

  test.each([
    ['lost', 'device_lost'],
    ['silent', 'device_silent'],
    ['wrong_identity', 'identity_mismatch'],
  ] as const)('of a device with the fault %s', async (fault, code) => {
    const { technician, supervisor, job } = await inTest(fault);
    await expect(askTool(technician, job)).rejects.toMatchObject({ code });
    await nothing(supervisor, job);
  });

  test('of a device that is unplugged while the tool is asked', async () => {
    const { technician, supervisor, job, phone } = await inTest('slow');
    const asking = technician['jobs.ask_locks']({ jobId: job.id });
    await bench.clock.advance(1_300);
    bench.virtual.unplug(phone.id);
    await expect(untilEnded(bench, asking)).rejects.toMatchObject({ code: 'device_lost' });
    await nothing(supervisor, job);
  });

  test.each([
    ['dies', 'death', 'tool_unavailable'],
    ['answers outside the protocol', 'unknown_answer', 'tool_unavailable'],
    ['answers about another device', 'foreign_checks', 'identity_mismatch'],
  ] as const)('of a tool whose host %s', async (_, mode, code) => {
    const host = createPiceaHost({ command: process.execPath, args: [misbehaving, mode], clock: createNodeClock() });
    try {
      const { technician, supervisor, job } = await inTest(null, { picea: { info: host.info, verify: host.verify } });
      await expect(askTool(technician, job)).rejects.toMatchObject({ code });
      await nothing(supervisor, job);
      expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ attached: true });
    } finally {
      await host.close();
    }
  });

  test('of another device on the connector, nor of one that answers as another when it is read anew', async () => {
    let serial: string | null = null;
    const read = (told: IdentityRead) =>
      serial === null ? told : { ...told, identifiers: { ...told.identifiers, serial } };
    const { technician, supervisor, job, phone } = await inTest(null, { read });
    serial = 'SOMEBODY-ELSE';
    await expect(askTool(technician, job)).rejects.toMatchObject({ code: 'identity_mismatch' });
    const [refused] = await entriesOf(supervisor, job, 'access.refused');
    expect(refused?.data).toEqual({ method: 'jobs.ask_locks', code: 'identity_mismatch' });
    serial = null;
    bench.virtual.unplug(phone.id);
    bench.virtual.plug({ ...apple, portPath: phone.portPath });
    await bench.clock.advance(5_000);
    await expect(askTool(technician, job)).rejects.toMatchObject({ code: 'device_lost' });
    await nothing(supervisor, job);
  });

  test('outside the functional test and the quality check', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await openJob(bench, technician);
    await expect(askTool(technician, job)).rejects.toMatchObject({ code: 'state_refused' });
    await nothing(supervisor, job);
  });

  test('twice at once, nor while the tests run', async () => {
    const { technician, supervisor, job } = await inTest('slow');
    const first = technician['jobs.ask_locks']({ jobId: job.id });
    await bench.clock.advance(50);
    await expect(technician['jobs.ask_locks']({ jobId: job.id })).rejects.toMatchObject({ code: 'device_busy' });
    await expect(technician['jobs.run_diagnostics']({ jobId: job.id })).rejects.toMatchObject({ code: 'device_busy' });
    await nothing(supervisor, job);
    await untilEnded(bench, first);
    expect(await entriesOf(supervisor, job, 'job.locks_asked')).toHaveLength(1);
  });

  test('when the bench closes, which does not wait for the tool', async () => {
    const after = await closedMeanwhile((technician, job) => technician['jobs.ask_locks']({ jobId: job.id }));
    bench = after.bench;
    await nothing(after.supervisor, after.job);
  });
});
