import type { JobId } from '../shared/ids.ts';
import { isOver } from '../shared/jobs.ts';
import type { Blobs } from './database/blobs.ts';
import type { Database } from './database/database.ts';
import type { FilesStore } from './database/files.store.ts';
import type { Clock } from './drivers/clock/clock.ts';
import type { Random } from './drivers/random/random.ts';
import { createCustomers } from './features/customers/customers.ts';
import { createExports } from './features/exports/exports.ts';
import type { Identity } from './features/identity/identity.ts';
import type { Jobs } from './features/jobs/jobs.ts';
import { reportedJob } from './features/jobs/reported-job.ts';
import type { Journal } from './features/journal/journal.ts';
import type { Subjects } from './features/journal/subjects.ts';
import { createLabels } from './features/labels/labels.ts';
import { createAuthority } from './features/reports/authority/authority.ts';
import { lotWords } from './features/reports/lot-device.ts';
import { createReports, type ReportsDeps } from './features/reports/reports.ts';
import { resultFilesOf } from './features/reports/result-files.ts';
import { signFile } from './features/reports/signing/cms.ts';
import { createTablePrinter } from './features/reports/table-printer.ts';
import { createTimestamps } from './features/reports/timestamps/timestamps.ts';
import type { Settings } from './features/station/settings.ts';
import { trustOf } from './features/sync/trust.ts';
import type { Publish } from './handlers.ts';
import { createHandoverParts, type HandoverParts } from './handover-parts.ts';
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
  files: FilesStore;
  drivers: Pick<Drivers, 'keystore' | 'worker' | 'printer' | 'timestamps' | 'tokens'>;
  config: Pick<StationConfig, 'appVersion' | 'training' | 'dataDir' | 'log'>;
  identity: Pick<Identity, 'nameOf'>;
  jobs: Jobs;
} & Pick<HandoverParts, 'devices' | 'isHeld'> &
  Pick<ReportsDeps, 'evidenceOf' | 'thumbnailOf' | 'isWhole' | 'reportFloor' | 'witness' | 'onNumber'>;

/** What leaves the bench on paper or as a file: signed reports, labels, and jobs for other stations. */
export function createPaperParts(deps: Deps) {
  const { settings, jobs, drivers, config, identity } = deps;
  const authority = createAuthority({ ...deps, keystore: drivers.keystore, tokens: drivers.tokens });
  const press = {
    worker: drivers.worker,
    appVersion: config.appVersion,
    training: config.training,
    siteKeys: authority.open,
  };
  const reports = createReports({
    ...deps,
    ...press,
    issuerPem: authority.issuerPem,
    trust: () => trustOf(settings),
    nameOf: identity.nameOf,
    jobOf: id => reportedJob(jobs, id),
    originOf: id => customers.originOf(id),
    timestampCaPem: () => timestamps.authorityPem(),
    onIssued: () => timestamps.nudge(),
  });
  const timestamps = createTimestamps({
    ...deps,
    worker: drivers.worker,
    service: drivers.timestamps,
    deviceOf: row => jobs.view(row.jobId).deviceId,
    onStamped: reports.announce,
    log: config.log,
  });
  const labels = createLabels({
    ...deps,
    printer: drivers.printer,
    worker: drivers.worker,
    jobOf: id => jobs.view(id),
    headline: reports.headline,
  });
  const archives = createExports({
    ...deps,
    worker: drivers.worker,
    keystore: drivers.keystore,
    folder: `${config.dataDir}-exports`,
    sign: async bytes => signFile(bytes, (await authority.open()).signer),
    issuerPem: authority.issuerPem,
    log: config.log,
  });
  const printTable = createTablePrinter({ ...deps, ...press, letterhead: reports.letterhead });
  const customers = createCustomers({
    ...deps,
    worker: drivers.worker,
    jobOf: id => {
      const { deviceId, identifiers, state } = jobs.view(id);
      return { id, deviceId, identifiers, open: !isOver(state) };
    },
    printTable,
    describe: reports.lotDevice,
    words: lotWords,
    language: () => reports.letterhead().language,
  });
  const handover = createHandoverParts({ ...deps, keystore: drivers.keystore, training: config.training });
  const certificate = async () => (await authority.status()).station;
  const handlers = {
    ...reports.handlers,
    ...authority.handlers,
    ...timestamps.handlers,
    ...labels.handlers,
    ...archives.handlers,
    ...customers.handlers,
    ...handover.handlers,
  };
  return {
    reports,
    customers,
    printTable,
    certificate,
    handlers,
    /** Hashes of the encrypted files of a job. */
    filesOf: (id: JobId) => [...reports.filesOf(id), ...handover.filesOf(id), ...resultFilesOf(deps.journal, id)],
    /** Settles what the last run left unfinished. */
    resume() {
      reports.voidUnfinished();
      archives.resume();
      timestamps.resume();
    },
    warnings: timestamps.warnings,
    async close() {
      await timestamps.close();
      await archives.close();
    },
  };
}
