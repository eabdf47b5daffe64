import type { Job } from '../../../shared/jobs.ts';

/** What every form of a stage gets: the job as it stands, and where its next state goes. */
export type JobFormProps = { job: Job; onJob: (job: Job) => void };
