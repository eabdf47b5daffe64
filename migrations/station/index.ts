import * as journalAndJobs from './0001-journal-and-jobs.ts';

/** Steps of the station database, oldest first; a step that has shipped never changes. */
export const stationMigrations = [journalAndJobs] as const;
