import { afterEach, expect, test } from 'vitest';
import { builtInSteps, type Step } from '../../shared/checklists.ts';
import { ReportDocument } from '../../shared/report-document.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { erase, openJob } from '../support/job-steps.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const battery: Step = {
  id: 'battery',
  label: 'Battery health',
  mandatory: true,
  diagnostics: ['battery_health'],
  limit: { unit: '%', min: '80', max: null },
};
const withBattery = [...builtInSteps.filter(({ id }) => id !== 'cellular'), battery];

async function open() {
  bench = await startStation();
  const people = await staff(bench);
  const publish = async (steps: Step[], basedOn = 1) => {
    await people.admin['identity.step_up']({ password: passwords.admin });
    return people.admin['checklists.publish']({ type: 'phone', basedOn, steps });
  };
  const erased = async () => erase(bench, people.technician, await openJob(bench, people.technician));
  return { ...people, publish, erased };
}

test('a job keeps the list its functional test began with, over a restart and a rejection; the next takes the newest', async () => {
  const { admin, technician, publish, erased } = await open();
  expect((await technician['checklists.get']()).map(({ type, version }) => [type, version])).toEqual([
    ['phone', 1],
    ['tablet', 1],
  ]);
  const early = await erased();
  expect(early.checklist).toBeNull();
  await technician['jobs.begin_functional']({ jobId: early.id });
  const published = await publish(withBattery);
  expect(published).toMatchObject({ type: 'phone', version: 2 });
  const [entry] = (await admin['journal.list']({ limit: 20 })).filter(({ type }) => type === 'checklist.published');
  expect(entry?.data).toMatchObject({ version: 2, sha256: published.sha256 });

  const { dataDir, keystore } = bench;
  await bench.station.close();
  bench = await startStation({ dataDir, keystore, seed: 'again' });
  const again = bench.connect('technician');
  await again['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  const other = bench.connect('supervisor');
  await other['identity.sign_in']({ name: 'Sue Supervisor', password: passwords.supervisor });
  const kept = await again['jobs.get']({ jobId: early.id });
  expect(kept.checklist).toEqual({ type: 'phone', version: 1 });
  expect(kept.steps.map(({ id }) => id)).toEqual(builtInSteps.map(({ id }) => id));
  await expect(again['jobs.record_step']({ jobId: early.id, stepId: 'battery', result: 'fail' })).rejects.toMatchObject(
    { code: 'state_refused', message: expect.stringContaining('not on the check-list') },
  );
  for (const { id: stepId } of kept.steps) await again['jobs.record_step']({ jobId: early.id, stepId, result: 'pass' });
  await again['jobs.finish_functional']({ jobId: early.id });
  const rejected = await other['jobs.reject']({ jobId: early.id, reason: 'Look at the display again.' });
  expect(rejected).toMatchObject({ state: 'functional', checklist: { version: 1 } });

  const late = await erase(bench, again, await openJob(bench, again));
  expect((await again['jobs.begin_functional']({ jobId: late.id })).checklist).toEqual({ type: 'phone', version: 2 });
});

test('a measured step passes within its limit alone, and the report says by which list and limit', async () => {
  const { technician, publish, erased } = await open();
  const { sha256 } = await publish(withBattery);
  const job = await erased();
  const jobId = job.id;
  await technician['jobs.begin_functional']({ jobId });
  const record = (value: number | null, result: 'pass' | 'fail' = 'pass', unit = '%') =>
    technician['jobs.record_step']({
      jobId,
      stepId: 'battery',
      result,
      ...(value === null ? {} : { measurement: { value, unit } }),
    });
  for (const refused of [record(null), record(79.5), record(95, 'pass', 'mAh')])
    await expect(refused).rejects.toMatchObject({ code: 'state_refused' });
  await record(79.5, 'fail');
  for (const { id: stepId } of withBattery.filter(({ id }) => id !== 'battery'))
    await technician['jobs.record_step']({ jobId, stepId, result: 'pass' });
  await record(80);
  await technician['jobs.finish_functional']({ jobId });

  const report = await technician['reports.issue']({ jobId, scope: 'functional', variant: 'internal' });
  const { contentBase64 } = await technician['reports.download']({ reportId: report.id });
  const { attachments } = await openPdf(Buffer.from(contentBase64, 'base64'));
  const json: unknown = JSON.parse(Buffer.from(attachments.get('report.json') ?? []).toString());
  const [device] = ReportDocument.parse(json).devices;
  expect(device?.checklist).toEqual({ type: 'phone', version: 2, sha256 });
  expect(device?.tests.find(({ id }) => id === 'battery')).toMatchObject({
    label: 'Battery health',
    result: 'pass',
    measurements: [{ value: '80', unit: '%', limit: '≥ 80' }],
  });
  expect(device?.tests.find(({ id }) => id === 'display')).not.toHaveProperty('label');
});

test.each<[string, Step[], string]>([
  ['without a step that needs a result', [{ ...battery, mandatory: false }], 'mandatory'],
  ['with one step twice', [battery, battery], 'Two steps'],
  ['that renames a built-in step', [{ ...battery, id: 'display' }], 'means “Display”'],
  ['with two steps for one test of the tool', [battery, { ...battery, id: 'cell' }], 'battery_health'],
])('a list %s is refused', async (_, steps, why) => {
  const { publish } = await open();
  await expect(publish(steps)).rejects.toMatchObject({ code: 'bad_input', message: expect.stringContaining(why) });
});

test('a retired step keeps its meaning, and who edits an old version is told', async () => {
  const { admin, publish, erased, technician } = await open();
  await publish(withBattery);
  await expect(publish([...builtInSteps])).rejects.toMatchObject({ code: 'conflict' });
  await publish([...builtInSteps], 2);
  await expect(publish([...builtInSteps, { ...battery, label: 'Battery looks fine' }], 3)).rejects.toMatchObject({
    code: 'bad_input',
  });
  expect((await publish(withBattery, 3)).version).toBe(4);
  expect((await admin['checklists.get']()).find(({ type }) => type === 'tablet')?.version).toBe(1);
  const job = await erased();
  const begun = await technician['jobs.begin_functional']({ jobId: job.id, deviceType: 'tablet' });
  expect(begun.checklist).toEqual({ type: 'tablet', version: 1 });
});
