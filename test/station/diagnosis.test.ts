import { afterEach, describe, expect, test } from 'vitest';
import type { IdentityRead } from '../../electron/drivers/devices/adapter.ts';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { builtInSteps, type Step } from '../../shared/checklists.ts';
import type { Client } from '../../shared/client.ts';
import type { DiagnosticResult } from '../../shared/diagnostics.ts';
import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { closedMeanwhile, entriesOf, type Given, startInTest, untilEnded } from '../support/in-test.ts';
import { openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

/** A phone in its functional test, with the fault ordered after its erase. */
async function inTest(fault: VirtualFault | null = null, given: Given = {}) {
  const started = await startInTest(fault, given);
  bench = started.bench;
  return started;
}

const ended = <T>(call: Promise<T>) => untilEnded(bench, call);
const runTests = (who: Client, { id: jobId }: Job) => ended(who['jobs.run_diagnostics']({ jobId }));
const resultsOf = ({ steps }: Job) => Object.fromEntries(steps.map(({ id, result }) => [id, result]));

const battery: Step = {
  id: 'battery',
  label: 'Battery health',
  mandatory: true,
  diagnostics: ['battery_health'],
  limit: { unit: '%', min: '80', max: null },
};
const looks: Step = { id: 'looks', label: 'Looks', mandatory: true, diagnostics: [], limit: null };

/** A tool that found this on whatever device it was asked about. */
const found = (...results: DiagnosticResult[]): Pick<Picea, 'diagnose'> => ({
  diagnose: async ({ identifiers }) => ({
    operationId: 'diagnosis-1',
    identifiers,
    results,
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    raw: '{}',
  }),
});
const health = (value: number, unit = '%'): DiagnosticResult => ({
  test: 'battery_health',
  outcome: 'pass',
  measurement: { value, unit },
});
const plain = (test: DiagnosticResult['test'], outcome: DiagnosticResult['outcome']): DiagnosticResult => ({
  test,
  outcome,
  measurement: null,
});

test('records every step that the tool decides, the raw result encrypted, and leaves the device free', async () => {
  const { technician, supervisor, job, phone } = await inTest(null, { steps: [...builtInSteps, looks] });
  const done = await runTests(technician, job);
  expect(resultsOf(done)).toEqual({
    ...Object.fromEntries(builtInSteps.map(({ id }) => [id, 'pass'])),
    looks: 'pending',
  });
  expect(done).toMatchObject({ place: 'functional', attached: true });
  const [entry, ...others] = await entriesOf(supervisor, job, 'job.diagnosed');
  expect(others).toEqual([]);
  expect(entry).toMatchObject({ actorName: 'Tom Technician', data: { passed: 21, failed: 0, notPossible: 0 } });
  expect(JSON.stringify(entry?.data)).not.toContain(phone.identifiers.serial);
  const { rawSha256 } = entry?.data ?? {};
  expect(rawSha256).toMatch(/^[0-9a-f]{64}$/);
  const recorded = await entriesOf(supervisor, job, 'job.step_recorded');
  expect(recorded).toHaveLength(builtInSteps.length);
  expect(new Set(recorded.map(({ actorName }) => actorName))).toEqual(new Set(['Tom Technician']));
  const again = await runTests(technician, job);
  expect(resultsOf(again)).toEqual(resultsOf(done));
});

test('a test that fails fails its step, whatever the others of the step say', async () => {
  const { technician, job } = await inTest('fails');
  expect(Object.values(resultsOf(await runTests(technician, job))).filter(result => result === 'fail')).toHaveLength(1);
});

test.each([
  ['80 % of at least 80', [health(80)], 'pass'],
  ['79.5 % of at least 80', [health(79.5)], 'fail'],
  ['a pass without its measurement', [plain('battery_health', 'pass')], 'pending'],
  ['a measurement in another unit', [health(2_800, 'mAh')], 'pending'],
  ['a test that could not be made', [plain('battery_health', 'not_possible')], 'pending'],
  ['nothing', [], 'pending'],
] as const)('a measured step: %s', async (_, results, expected) => {
  const { technician, supervisor, job } = await inTest(null, { steps: [battery], picea: found(...results) });
  expect(resultsOf(await runTests(technician, job))).toEqual({ battery: expected });
  const [step] = await entriesOf(supervisor, job, 'job.step_recorded');
  const measured = results.flatMap(({ measurement }) => measurement ?? []);
  const kept = measured.map(({ value, unit }) => ({ value: String(value), unit }))[0];
  if (expected === 'pending') expect(step).toBeUndefined();
  else expect(step?.data.measurement).toEqual(kept);
});

test.each([
  ['one of two tests', [plain('wifi', 'pass')], 'pending'],
  ['one of two, the other not possible', [plain('wifi', 'pass'), plain('bluetooth', 'not_possible')], 'pending'],
  ['one failed, the other not possible', [plain('wifi', 'fail'), plain('bluetooth', 'not_possible')], 'fail'],
  ['both', [plain('wifi', 'pass'), plain('bluetooth', 'pass')], 'pass'],
] as const)('a step of two tests: %s', async (_, results, expected) => {
  const { technician, job } = await inTest(null, { picea: found(...results) });
  expect(resultsOf(await runTests(technician, job)).wifi_bluetooth).toBe(expected);
});

describe('nothing is recorded', () => {
  const nothing = async (who: Client, job: Job) => {
    expect(await entriesOf(who, job, 'job.diagnosed')).toEqual([]);
    expect(await entriesOf(who, job, 'job.step_recorded')).toEqual([]);
  };

  test.each([
    ['lost', 'device_lost'],
    ['silent', 'device_silent'],
  ] as const)('of a device with the fault %s', async (fault, code) => {
    const { technician, supervisor, job } = await inTest(fault);
    await expect(runTests(technician, job)).rejects.toMatchObject({ code });
    await nothing(supervisor, job);
  });

  test('outside the functional test', async () => {
    bench = await startStation();
    const { technician, supervisor } = await staff(bench);
    const job = await openJob(bench, technician);
    await expect(runTests(technician, job)).rejects.toMatchObject({ code: 'state_refused' });
    await nothing(supervisor, job);
  });

  test('of another device that was put on the connector meanwhile', async () => {
    const { technician, supervisor, job, phone } = await inTest();
    bench.virtual.unplug(phone.id);
    bench.virtual.plug({ portPath: phone.portPath });
    await bench.clock.advance(5_000);
    await expect(runTests(technician, job)).rejects.toMatchObject({ code: 'device_lost' });
    await nothing(supervisor, job);
  });

  test('of a device that answers as another one when it is read anew', async () => {
    let serial: string | null = null;
    const read = (told: IdentityRead) =>
      serial === null ? told : { ...told, identifiers: { ...told.identifiers, serial } };
    const { technician, supervisor, job } = await inTest(null, { read });
    serial = 'SOMEBODY-ELSE';
    await expect(runTests(technician, job)).rejects.toMatchObject({ code: 'identity_mismatch' });
    await nothing(supervisor, job);
    const [refused] = await entriesOf(supervisor, job, 'access.refused');
    expect(refused?.data).toEqual({ method: 'jobs.run_diagnostics', code: 'identity_mismatch' });
  });

  test('of a result that names another device, which is refused in the journal', async () => {
    const { technician, supervisor, job } = await inTest('wrong_identity');
    await expect(runTests(technician, job)).rejects.toMatchObject({ code: 'identity_mismatch' });
    await nothing(supervisor, job);
    const [refused] = await entriesOf(supervisor, job, 'access.refused');
    expect(refused).toMatchObject({
      actorName: 'Tom Technician',
      data: { method: 'jobs.run_diagnostics', code: 'identity_mismatch' },
    });
  });

  test('while something else runs on the device', async () => {
    const { technician, supervisor, job } = await inTest('slow');
    const first = technician['jobs.run_diagnostics']({ jobId: job.id });
    await bench.clock.advance(50);
    await expect(technician['jobs.run_diagnostics']({ jobId: job.id })).rejects.toMatchObject({ code: 'device_busy' });
    await nothing(supervisor, job);
    await ended(first);
    expect(await entriesOf(supervisor, job, 'job.diagnosed')).toHaveLength(1);
  });

  test('when the bench closes, which does not wait for the tool', async () => {
    const after = await closedMeanwhile((technician, job) => technician['jobs.run_diagnostics']({ jobId: job.id }));
    bench = after.bench;
    await nothing(after.supervisor, after.job);
  });
});

test('a job that was held meanwhile keeps the record of what was found, and no step is decided', async () => {
  const { technician, supervisor, job } = await inTest('slow');
  const running = technician['jobs.run_diagnostics']({ jobId: job.id });
  await bench.clock.advance(2_000);
  await supervisor['jobs.hold']({ jobId: job.id, reason: 'Somebody asks for it.' });
  expect(await ended(running)).toMatchObject({ place: 'on_hold' });
  expect(await entriesOf(supervisor, job, 'job.diagnosed')).toHaveLength(1);
  expect(await entriesOf(supervisor, job, 'job.step_recorded')).toEqual([]);
});
