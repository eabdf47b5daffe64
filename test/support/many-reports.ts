import { createReportBuilder } from '../../electron/features/reports/pdf/report-builder.ts';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { createSite, fontsDir, issuedAtMs } from '../reports/report-kit.ts';
import { sampleDocument } from '../reports/sample-document.ts';

// Builds and signs so many reports, as the process that draws documents does, and tells after each hundred what it
// holds when everything that can go has gone: bytes of the heap and beside it. Wants `--expose-gc`.
const [count = '1000'] = process.argv.slice(2);
const builder = createReportBuilder({ fontsDir });
const site = await createSite();
const held: number[] = [];
for (let made = 1; made <= Number(count); made++) {
  const { pdf } = await builder.build({
    document: sampleDocument({ variant: 'internal', customer: `Customer ${made} – 顧客` }),
    proofBundle: null,
    validation: site.validation,
    pictures: [],
    look: { language: 'en', paper: 'a4', accent: null, logo: null },
  });
  await signReportPdf(pdf, site.signer, issuedAtMs);
  if (made % 100 > 0) continue;
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  held.push(heapUsed + external);
}
console.log(JSON.stringify(held));
