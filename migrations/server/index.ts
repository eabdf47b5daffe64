import * as logs from './0001-logs.ts';
import * as stationKeys from './0002-station-keys.ts';
import * as personalData from './0003-personal-data.ts';
import * as logKeys from './0010-log-keys.ts';
import * as revocations from './0011-revocations.ts';
import * as keyChanges from './0012-key-changes.ts';
import * as siteDirectory from './0013-site-directory.ts';
import * as projections from './0015-projections.ts';

/** Steps of the server's database in the order they shipped; a step that has shipped never changes. */
export const serverMigrations = [
  logs,
  personalData,
  logKeys,
  revocations,
  siteDirectory,
  stationKeys,
  keyChanges,
  projections,
] as const;
