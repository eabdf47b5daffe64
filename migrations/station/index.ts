import * as journalAndJobs from './0001-journal-and-jobs.ts';
import * as privacy from './0002-privacy.ts';
import * as reportLanguage from './0003-report-language.ts';
import * as evidenceAndApprovals from './0004-evidence-and-approvals.ts';
import * as fleetForgetting from './0005-fleet-forgetting.ts';
import * as people from './0006-people.ts';
import * as exports_ from './0007-exports.ts';
import * as customers from './0008-customers.ts';
import * as badgeHistory from './0009-badge-history.ts';
import * as files from './0010-files.ts';
import * as epochs from './0011-epochs.ts';
import * as connectors from './0012-connectors.ts';
import * as handover from './0013-handover.ts';
import * as timestamps from './0014-timestamps.ts';
import * as forgottenWithout from './0015-forgotten-without.ts';

/** Steps of the station database, oldest first; a step that has shipped never changes. */
export const stationMigrations = [
  journalAndJobs,
  privacy,
  reportLanguage,
  evidenceAndApprovals,
  fleetForgetting,
  people,
  exports_,
  customers,
  badgeHistory,
  files,
  epochs,
  connectors,
  handover,
  timestamps,
  forgottenWithout,
] as const;
