import { type Pins, verifyReportPdf } from '../shared/verify/report-pdf.ts';
import { processPort, serveTasks } from './drivers/worker/serve.ts';
import { readManifest } from './features/customers/manifest.ts';
import { createArchives } from './features/exports/archive.ts';
import { drawLabel } from './features/labels/draw.ts';
import type { Label } from './features/labels/label.ts';
import { checkLogo } from './features/reports/pdf/picture.ts';
import { createReportBuilder, type ReportInput } from './features/reports/pdf/report-builder.ts';
import type { TableInput } from './features/reports/pdf/table-builder.ts';
import type { ReportTasks } from './features/reports/report-worker.ts';
import { finishReport, prepareReport, signatureImprint } from './features/reports/timestamps/stamp-pdf.ts';

// Entry of the process that builds PDFs. Its one argument is the folder of the fonts; it never sees a key.
const [fontsDir = 'resources/fonts'] = process.argv.slice(2);
const builder = createReportBuilder({ fontsDir });
serveTasks(
  {
    'report.build': (input: ReportInput) => builder.build(input),
    'table.build': (input: TableInput) => builder.buildTable(input),
    'report.verify': ({ file, pins }: { file: Uint8Array; pins: Pins }) => verifyReportPdf(file, pins),
    'stamp.imprint': async ({ pdf }: ReportTasks['stamp.imprint']['input']) => signatureImprint(pdf),
    'stamp.prepare': ({ pdf, token, later }: ReportTasks['stamp.prepare']['input']) => prepareReport(pdf, token, later),
    'stamp.finish': ({ prepared, token, authorityPem }: ReportTasks['stamp.finish']['input']) =>
      finishReport(prepared, token, authorityPem),
    'report.check_logo': ({ bytes }: { bytes: Uint8Array }) => checkLogo(bytes),
    ...createArchives(),
    'manifest.read': ({ bytes }: { bytes: Uint8Array }) => readManifest(bytes),
    'label.draw': (label: Label) => drawLabel(label, fontsDir),
  },
  processPort(),
);
