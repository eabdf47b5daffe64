import type { JobId } from '../../../shared/ids.ts';
import type { Journal } from '../journal/journal.ts';
import { readJobHistory } from './job-history.ts';

/** Hashes of the encrypted raw results, of erases, tests and checks, and of the certificates that the tool gave for a job. */
export function resultFilesOf(journal: Journal, jobId: JobId): string[] {
  const history = readJobHistory(journal, jobId, () => null);
  return [
    ...history.all('job.erase_reported').flatMap(({ data }) => [data.rawSha256, data.certificateSha256]),
    ...history.all('job.diagnosed').map(({ data }) => data.rawSha256),
    ...history.all('job.locks_asked').map(({ data }) => data.rawSha256),
  ].filter(sha256 => sha256 !== null);
}
