import type { Verification } from '../../../shared/verification.ts';
import type { LaterData } from '../../../shared/verify/pdf-revision.ts';
import type { Pins } from '../../../shared/verify/report-pdf.ts';
import type { ReportInput, UnsignedReport } from './pdf/report-builder.ts';
import type { TableInput } from './pdf/table-builder.ts';
import type { PreparedReport, StampedReport } from './timestamps/stamp-pdf.ts';

/** What the reports feature asks of the worker process. */
export type ReportTasks = {
  'report.build': { input: ReportInput; output: UnsignedReport };
  'table.build': { input: TableInput; output: UnsignedReport };
  'report.verify': { input: { file: Uint8Array; pins: Pins }; output: Verification };
  'stamp.imprint': { input: { pdf: Uint8Array }; output: Uint8Array };
  'stamp.prepare': { input: { pdf: Uint8Array; token: Uint8Array; later: LaterData }; output: PreparedReport };
  'stamp.finish': {
    input: { prepared: PreparedReport; token: Uint8Array; authorityPem: string };
    output: StampedReport;
  };
  'report.check_logo': { input: { bytes: Uint8Array }; output: { width: number; height: number } };
};
