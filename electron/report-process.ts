import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createNodeWorker } from './drivers/worker/worker.node.ts';
import type { ReportTasks } from './features/reports/report-worker.ts';

/** The process that builds PDFs, under plain Node. */
export function nodeReportWorker() {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  return createNodeWorker<ReportTasks>({
    entry: here('./report-worker.ts'),
    args: [join(here('..'), 'resources', 'fonts')],
  });
}
