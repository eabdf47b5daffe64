import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DocumentTasks } from './document-tasks.ts';
import { createNodeWorker } from './drivers/worker/worker.node.ts';

/** The process that builds PDFs, under plain Node. */
export function nodeReportWorker() {
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  return createNodeWorker<DocumentTasks>({
    entry: here('./report-worker.ts'),
    args: [join(here('..'), 'resources', 'fonts')],
  });
}
