import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ReportDocument } from '../../shared/report-document.ts';
import type { Letterhead } from '../../shared/reports.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { openJob } from '../support/job-steps.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const logoBase64 = readFileSync(join(import.meta.dirname, '../../resources/icons/64x64.png')).toString('base64');
const wanted = {
  organisation: 'Example Refurbishing Ltd',
  address: ['Example Street 12', '90402 Nürnberg'],
  language: 'de',
  paper: 'letter',
  accent: '#1a4f8b',
} satisfies Omit<Letterhead, 'logo'>;

test('an admin sets the letterhead; reports carry it from then on, each language in a series of its own', async () => {
  bench = await startStation();
  const { admin, technician } = await staff(bench);
  const job = await openJob(bench, technician);
  const issue = (more: object = {}) =>
    technician['reports.issue']({ jobId: job.id, scope: 'intake', variant: 'customer', ...more });
  const english = await issue();
  expect(english).toMatchObject({ language: 'en', supersedes: null });
  expect(await admin['reports.set_letterhead']({ ...wanted, logoBase64 })).toMatchObject(wanted);
  const german = await issue();
  expect(german).toMatchObject({ language: 'de', supersedes: null });
  expect(await issue({ language: 'en' })).toMatchObject({ language: 'en', supersedes: english.sequence });

  const { contentBase64 } = await technician['reports.download']({ reportId: german.id });
  const pdf = Buffer.from(contentBase64, 'base64');
  const json = (await openPdf(pdf)).attachments.get('report.json') ?? new Uint8Array();
  const { issuer } = ReportDocument.parse(JSON.parse(Buffer.from(json).toString('utf8')));
  expect(issuer).toMatchObject({ organisation: wanted.organisation, address: wanted.address, site: 'Test Site' });
  expect(pdf.includes('/MediaBox [ 0 0 612 792 ]')).toBe(true);

  const [entry] = await admin['journal.list']({ limit: 20 }).then(list =>
    list.filter(({ type }) => type === 'report.letterhead_set'),
  );
  expect(entry?.data).toMatchObject({ language: 'de', logoSha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  const { logo } = await admin['reports.set_letterhead']({ ...wanted, logoBase64: null });
  expect(logo).toBeNull();
});

test('a logo that is no picture or too large, and a colour nobody can read, are refused and nothing changes', async () => {
  bench = await startStation();
  const { admin } = await staff(bench);
  const before = await admin['reports.letterhead']();
  const bad = [
    { logoBase64: Buffer.from('%PDF-1.7 not a picture').toString('base64') },
    { logoBase64: Buffer.from(logoBase64, 'base64').subarray(0, 90).toString('base64') },
    { logoBase64: Buffer.alloc(40_000_000, 1).toString('base64') },
    { accent: '#ffff00' },
  ];
  for (const change of bad)
    await expect(admin['reports.set_letterhead']({ ...wanted, ...change })).rejects.toMatchObject({
      code: 'bad_input',
    });
  expect(await admin['reports.letterhead']()).toEqual(before);
});
