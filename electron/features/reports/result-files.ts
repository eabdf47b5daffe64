import type { JobId } from '../../../shared/ids.ts';
import type { Journal } from '../journal/journal.ts';
import { readJobHistory } from './job-history.ts';

/** Hashes of the encrypted raw results and certificates that the erasure tool gave for a job. */
export function resultFilesOf(journal: Journal, jobId: JobId): string[] {
  return readJobHistory(journal, jobId, () => null)
    .all('job.erase_reported')
    .flatMap(({ data }) => [data.rawSha256, data.certificateSha256])
    .filter(sha256 => sha256 !== null);
}
