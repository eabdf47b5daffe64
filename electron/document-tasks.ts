import type { ManifestTasks } from './features/customers/manifest.ts';
import type { ArchiveTasks } from './features/exports/archive.ts';
import type { LabelTasks } from './features/labels/label-worker.ts';
import type { ReportTasks } from './features/reports/report-worker.ts';

/** Everything the process that draws documents is asked for. */
export type DocumentTasks = ReportTasks & LabelTasks & ArchiveTasks & ManifestTasks;
