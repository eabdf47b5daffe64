import { afterEach, expect, test } from 'vitest';
import { createFakePrinter } from '../../electron/drivers/printer/printer.fake.ts';
import { erase, openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const settings = {
  widthMm: 60,
  heightMm: 40,
  printer: { target: { kind: 'tcp', host: 'printer.local', port: 9100 }, language: 'zpl', dpi: 203 },
} as const;

test('a label shows the job as it is, is printed once set up, and every print is recorded', async () => {
  const printer = createFakePrinter();
  bench = await startStation({ drivers: { printer } });
  const { admin, technician, auditor } = await staff(bench);
  const job = await erase(bench, technician, await openJob(bench, technician));
  const jobId = job.id;

  const preview = await technician['labels.preview']({ jobId });
  expect(preview).toMatchObject({ fileName: `${job.ticket}-label.pdf` });
  expect(Buffer.from(preview.pdfBase64, 'base64').subarray(0, 5).toString()).toBe('%PDF-');
  expect(preview.svg).toContain('Erased and verified');

  await expect(technician['labels.print']({ jobId })).rejects.toMatchObject({ code: 'printer_unavailable' });
  await expect(technician['labels.configure'](settings)).rejects.toMatchObject({ code: 'not_permitted' });
  await admin['labels.configure'](settings);
  expect(await technician['labels.print']({ jobId })).toEqual({ reprint: false });
  expect(await technician['labels.print']({ jobId, copies: 3 })).toEqual({ reprint: true });
  const [first, second] = printer.printed;
  expect(first).toMatchObject({ target: settings.printer.target, text: expect.stringContaining(job.ticket) });
  expect(first?.text).toContain(job.identifiers.imei[0]);
  expect(second?.text).toContain('^PQ3');

  printer.state.broken = true;
  await expect(technician['labels.print']({ jobId })).rejects.toMatchObject({ code: 'printer_unavailable' });
  const entries = (await admin['journal.list']({ limit: 10 })).filter(entry => entry.type.startsWith('label.'));
  expect(entries.map(({ type, data }) => [type, data])).toEqual([
    ['label.failed', { code: 'printer_unavailable' }],
    ['label.printed', { copies: 3, reprint: true }],
    ['label.printed', { copies: 1, reprint: false }],
    ['label.configured', { widthMm: 60, heightMm: 40, printer: 'tcp', language: 'zpl' }],
  ]);
  await expect(auditor['labels.preview']({ jobId })).rejects.toMatchObject({ code: 'not_permitted' });
});
