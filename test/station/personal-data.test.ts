import { afterEach, expect, test } from 'vitest';
import type { Picea } from '../../electron/drivers/picea/picea.ts';
import { erasesOnly } from '../support/erases-only.ts';
import { openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test.each([
  '/dev/serial/by-id/usb-Maker_Phone_R58M123456-if00',
  '/dev/cu.usbmodemR58M123456',
  '/home/tom.technician/R58M123456',
])('a connector whose name tells who is on it, %s, is not named in the journal', async portPath => {
  bench = await startStation();
  const { technician, auditor } = await staff(bench);
  const phone = bench.virtual.plug({ portPath });
  await bench.clock.advance(2_000);
  expect(await technician['devices.list']()).toMatchObject([{ state: 'ready', portPath }]);
  bench.virtual.unplug(phone.id);
  const entries = await auditor['journal.list']({ limit: 50 });
  expect(entries.map(e => e.type)).toContain('device.lost');
  expect(JSON.stringify(entries)).not.toContain('R58M123456');
  expect(JSON.stringify(bench.logged)).not.toContain('R58M123456');
});

test('a connector that says only where it is stays in the journal', async () => {
  bench = await startStation();
  const { auditor } = await staff(bench);
  const paths = ['1-1.3', '/dev/ttyUSB0', '/dev/serial/by-path/pci-0000:00:14.0-usb-0:1.3:1.0-port0', 'COM12'];
  for (const portPath of paths) bench.virtual.plug({ portPath });
  await bench.clock.advance(2_000);
  const entries = await auditor['journal.list']({ limit: 50 });
  const named = entries.filter(e => e.type === 'device.identified').map(e => e.data.portPath);
  expect(named.toSorted()).toEqual(paths.toSorted());
});

test('free text of a job is hidden from a role that sees no personal data', async () => {
  bench = await startStation();
  const { technician, auditor } = await staff(bench);
  const job = await openJob(bench, technician);
  await technician['jobs.hold']({ jobId: job.id, reason: 'Owner Jane Doe called about it.' });
  expect(await technician['jobs.get']({ jobId: job.id })).toMatchObject({ reason: 'Owner Jane Doe called about it.' });
  expect(await auditor['jobs.get']({ jobId: job.id })).toMatchObject({ reason: '•••' });
});

test('an error nobody planned leaves its place in the log and none of its words', async () => {
  const words = () => Promise.reject(new Error('cannot parse\nIMEI 356938035643809\n  of Jane Doe'));
  const picea: Picea = { ...erasesOnly, info: words, erase: words, close: async () => {} };
  bench = await startStation({ drivers: { picea } });
  const { technician } = await staff(bench);
  await expect(technician['health.get']()).rejects.toMatchObject({ code: 'internal' });
  const line = JSON.stringify(bench.logged.find(l => l.method === 'health.get'));
  expect(line).toContain('personal-data.test.ts');
  for (const secret of ['356938035643809', 'Jane']) expect(line).not.toContain(secret);
});
