import { afterEach, expect, test } from 'vitest';
import { erase, openJob, testFunctions } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('a device goes from intake to completed, with a signed report at the end', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  const { id: jobId, ticket } = await openJob(bench, technician);
  const erased = await erase(bench, technician, await technician['jobs.get']({ jobId }));
  expect(erased).toMatchObject({ place: 'reset.erased', erase: { status: 'erased_verified', attempts: 1 } });

  await testFunctions(technician, jobId);
  await expect(technician['jobs.sign_off']({ jobId })).rejects.toMatchObject({
    code: 'state_refused',
    message: 'Somebody other than the tester must sign off.',
  });
  const done = await supervisor['jobs.sign_off']({ jobId });
  expect(done).toMatchObject({ place: 'completed', selfSignedOff: false });

  const report = await technician['reports.issue']({ jobId, scope: 'master', variant: 'customer' });
  expect(report).toMatchObject({ sequence: 1, ticket, state: 'issued', erasureStatus: 'erased_verified' });
  const { contentBase64 } = await technician['reports.download']({ reportId: report.id });
  expect(Buffer.from(contentBase64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  expect(await supervisor['journal.verify']()).toMatchObject({ ok: true });
});

test('a returned device gets a new job that names the old one, and a ticket of its own', async () => {
  bench = await startStation();
  const { technician } = await staff(bench);
  const first = await openJob(bench, technician);
  await technician['jobs.fail']({ jobId: first.id, reason: 'Customer wants it back.' });
  const [phone] = bench.virtual.list();
  bench.virtual.unplug(phone?.id ?? '');
  await bench.clock.advance(1_000);
  expect(await technician['devices.list']()).toEqual([]);
  bench.virtual.replug(phone?.id ?? '');
  await bench.clock.advance(2_000);
  const [device] = await technician['devices.list']();
  if (!device) throw new Error('the phone did not come back');
  const second = await technician['jobs.open']({ deviceId: device.id });
  expect(second).toMatchObject({ previousTicket: first.ticket, place: 'intake' });
  expect(second.ticket).not.toBe(first.ticket);
  expect(second.deviceId).not.toBe(first.deviceId);
});

test('an open job follows its device to another connector', async () => {
  bench = await startStation();
  const { technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const [phone] = bench.virtual.list();
  bench.virtual.unplug(phone?.id ?? '');
  await bench.clock.advance(1_000);
  expect(await technician['devices.list']()).toMatchObject([{ id: job.deviceId, state: 'lost', jobId: job.id }]);
  bench.virtual.replug(phone?.id ?? '', 'other-connector');
  await bench.clock.advance(2_000);
  expect(await technician['devices.list']()).toMatchObject([
    { id: job.deviceId, state: 'ready', jobId: job.id, portPath: 'other-connector' },
  ]);
});

test('two phones that say the same about themselves are two devices', async () => {
  bench = await startStation();
  const { technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const [original] = bench.virtual.list();
  if (!original) throw new Error('no phone');
  bench.virtual.plug({ identifiers: original.identifiers });
  await bench.clock.advance(2_000);
  const devices = await technician['devices.list']();
  expect(devices).toHaveLength(2);
  expect(new Set(devices.map(d => d.id)).size).toBe(2);
  const twin = devices.find(d => d.id !== job.deviceId);
  expect(twin).toMatchObject({ state: 'ready', jobId: null });
  expect(twin?.trouble).toContain(original.portPath);
});

test('a device in its way: SIM card present, held, released, skipped without a reason', async () => {
  bench = await startStation();
  const { technician, supervisor } = await staff(bench);
  await bench.plug();
  const [device] = await technician['devices.list']();
  if (!device) throw new Error('no device');
  const { id: jobId } = await technician['jobs.open']({ deviceId: device.id });
  await expect(technician['jobs.open']({ deviceId: device.id })).rejects.toMatchObject({ code: 'conflict' });
  const withSim = {
    simCard: 'present',
    memoryCard: 'absent',
    powersOn: true,
    screen: 'intact',
    housing: 'intact',
    batterySwollen: false,
  } as const;
  await expect(technician['jobs.complete_intake']({ jobId, condition: withSim })).rejects.toThrow('Remove the SIM');
  await technician['jobs.hold']({ jobId, reason: 'Waiting for the customer.' });
  await expect(technician['jobs.release']({ jobId })).rejects.toMatchObject({ code: 'not_permitted' });
  expect(await supervisor['jobs.release']({ jobId })).toMatchObject({ place: 'intake' });
});
