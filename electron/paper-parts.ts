import type { Blobs } from './database/blobs.ts';
import type { Database } from './database/database.ts';
import type { Clock } from './drivers/clock/clock.ts';
import type { Random } from './drivers/random/random.ts';
import type { Identity } from './features/identity/identity.ts';
import type { Jobs } from './features/jobs/jobs.ts';
import { reportedJob } from './features/jobs/reported-job.ts';
import type { Journal } from './features/journal/journal.ts';
import type { Subjects } from './features/journal/subjects.ts';
import { createLabels } from './features/labels/labels.ts';
import { createReports, type ReportsDeps } from './features/reports/reports.ts';
import { openSiteKeys } from './features/reports/site-keys.ts';
import { createTablePrinter } from './features/reports/table-printer.ts';
import type { Settings } from './features/station/settings.ts';
import { trustOf } from './features/sync/trust.ts';
import type { Publish } from './handlers.ts';
import type { Drivers, StationConfig } from './station-parts.ts';

type Deps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  blobs: Blobs;
  clock: Clock;
  random: Random;
  publish: Publish;
  drivers: Pick<Drivers, 'keystore' | 'worker' | 'printer'>;
  config: Pick<StationConfig, 'appVersion' | 'training'>;
  identity: Pick<Identity, 'nameOf'>;
  jobs: Jobs;
} & Pick<ReportsDeps, 'evidenceOf' | 'isWhole' | 'reportFloor' | 'witness' | 'onNumber'>;

/** What leaves the bench on paper or as a file: signed reports and labels. */
export function createPaperParts(deps: Deps) {
  const { settings, jobs, drivers, config, identity } = deps;
  const siteKeys = () =>
    openSiteKeys({
      keystore: drivers.keystore,
      clock: deps.clock,
      random: deps.random,
      organisation: settings.get('site-name') ?? 'Unnamed site',
      stationName: settings.get('station-name') ?? 'Unnamed station',
      stationId: settings.get('station-id') ?? '',
    });
  const press = { worker: drivers.worker, appVersion: config.appVersion, training: config.training, siteKeys };
  const reports = createReports({
    ...deps,
    ...press,
    trust: () => trustOf(settings),
    nameOf: identity.nameOf,
    jobOf: id => reportedJob(jobs, id),
  });
  const labels = createLabels({
    ...deps,
    printer: drivers.printer,
    worker: drivers.worker,
    jobOf: id => jobs.view(id),
    headline: reports.headline,
  });
  const printTable = createTablePrinter({ ...deps, ...press, letterhead: reports.letterhead });
  return { reports, printTable, handlers: { ...reports.handlers, ...labels.handlers } };
}
