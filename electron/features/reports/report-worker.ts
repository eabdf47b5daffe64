import type { Verification } from '../../../shared/verification.ts';
import type { Pins } from '../../../shared/verify/report-pdf.ts';
import type { ReportInput, UnsignedReport } from './pdf/report-builder.ts';
import type { TableInput } from './pdf/table-builder.ts';

/** What the reports feature asks of the worker process. */
export type ReportTasks = {
  'report.build': { input: ReportInput; output: UnsignedReport };
  'table.build': { input: TableInput; output: UnsignedReport };
  'report.verify': { input: { file: Uint8Array; pins: Pins }; output: Verification };
  'report.check_logo': { input: { bytes: Uint8Array }; output: { width: number; height: number } };
};
