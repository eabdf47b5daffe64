import * as journalAndJobs from './0001-journal-and-jobs.ts';
import * as privacy from './0002-privacy.ts';
import * as people from './0003-people.ts';
import * as fleetForgetting from './0006-fleet-forgetting.ts';
import * as evidenceAndApprovals from './0007-evidence-and-approvals.ts';
import * as reportLanguage from './0008-report-language.ts';
import * as exports_ from './0009-exports.ts';
import * as customers from './0010-customers.ts';
import * as badgeHistory from './0015-badge-history.ts';

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
] as const;
