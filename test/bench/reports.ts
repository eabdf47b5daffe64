import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createNodeWorker } from '../../electron/drivers/worker/worker.node.ts';
import type { ReportTasks } from '../../electron/features/reports/report-worker.ts';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { createSite, fontsDir, issuedAtMs } from '../reports/report-kit.ts';
import { sampleDocument } from '../reports/sample-document.ts';
import { line, time } from './statistics.ts';

const entry = join(import.meta.dirname, '../../electron/report-worker.ts');
const page =
  '<h1>Data erasure certificate</h1>' +
  '<table>' +
  '<tr><td>Serial number</td><td>FP5-88001</td></tr>'.repeat(60) +
  '</table>';

/** A signed report of two pages against Chromium's own print of a plain table of that length. */
export async function benchReports(): Promise<string[]> {
  const worker = createNodeWorker<ReportTasks>({ entry, args: [fontsDir] });
  const site = await createSite();
  const document = sampleDocument({ variant: 'internal' });
  const make = async () => {
    const { pdf } = await worker.run('report.build', {
      document,
      proofBundle: null,
      validation: site.validation,
      pictures: [],
      look: { language: 'en', paper: 'a4', accent: null, logo: null },
    });
    return signReportPdf(pdf, site.signer, issuedAtMs);
  };
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const tab = await browser.newPage();
    await tab.setContent(page);
    await tab.pdf();
    const printed = await time(30, () => tab.pdf({ format: 'A4' }));
    await make();
    const first = await time(100, make);
    const last = await time(100, make);
    return [
      line('Chromium prints an unsigned table', printed),
      line('signed report, built in the worker', first, { name: 'the print', timing: printed }),
      line('the second hundred', last, { name: 'the first', timing: first, goal: 1.2 }),
    ];
  } finally {
    await browser.close();
    await worker.close();
  }
}
