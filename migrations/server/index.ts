import * as logs from './0001-logs.ts';
import * as personalData from './0002-personal-data.ts';
import * as logKeys from './0003-log-keys.ts';
import * as revocations from './0004-revocations.ts';
import * as siteDirectory from './0005-site-directory.ts';
import * as stationKeys from './0006-station-keys.ts';
import * as keyChanges from './0007-key-changes.ts';
import * as projections from './0008-projections.ts';
import * as blobs from './0009-blobs.ts';
import * as picea from './0010-picea.ts';

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
  blobs,
  picea,
] as const;
