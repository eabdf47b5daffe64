import * as subjectKeys from './0001-subject-keys.ts';
import * as escrow from './0002-escrow.ts';

/** Steps of the key database, oldest first. It is never part of a backup of the journal. */
export const keyMigrations = [subjectKeys, escrow] as const;
