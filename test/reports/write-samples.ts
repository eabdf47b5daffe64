import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { ReportLanguage } from '../../shared/reports.ts';
import { buildUnsigned, createSite, issuedAtMs } from './report-kit.ts';
import { type SampleOptions, sampleDocument } from './sample-document.ts';

// Signed reports of many kinds into the folder that is named, for validators that are no part of the tests.
const [folder = 'samples'] = process.argv.slice(2);

const kinds: Record<string, SampleOptions> = {
  verified: {},
  exceptions: { status: 'erased_with_exceptions' },
  failed: { status: 'failed' },
  bypass: { status: 'manual_bypass', variant: 'internal' },
  training: { training: true },
  lot: { devices: 3 },
  scripts: { customer: '深圳 リファービッシュ שיפוץ شركة ไทย हिन्दी Ж λ ≥' },
};

const site = await createSite();
mkdirSync(folder, { recursive: true });
for (const [name, options] of Object.entries(kinds))
  for (const language of ReportLanguage.options) {
    const { validation } = site;
    const unsigned = await buildUnsigned(sampleDocument(options), { validation, look: { language } });
    const { pdf } = await signReportPdf(unsigned, site.signer, issuedAtMs);
    writeFileSync(join(folder, `${name}-${language}.pdf`), pdf);
  }
