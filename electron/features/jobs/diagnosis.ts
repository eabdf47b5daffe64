import { BenchError } from '../../../shared/errors.ts';
import type { JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { Database } from '../../database/database.ts';
import type { Diagnosis, PiceaInfo } from '../../drivers/picea/picea.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type AskingDeps, createAsking } from './asking.ts';
import { verdictsOf } from './diagnosis-verdicts.ts';
import { placeOfJob } from './job.ts';
import { stepRecorded } from './job-acts.ts';

export type DiagnosisDeps = AskingDeps & { database: Database; journal: Journal };

/** Lets the tool test a device in its functional test and records what that decides; nothing when it does not end well. */
export function createDiagnosis(deps: DiagnosisDeps) {
  const { jobs, database, journal, picea } = deps;
  const asking = createAsking(deps, 'No test was recorded.');
  const inTest = (jobId: JobId) => placeOfJob(jobs.find(jobId).snapshot) === 'functional';

  const record = (jobId: JobId, diagnosis: Diagnosis, tool: PiceaInfo, by: OperatorId) => {
    const { deviceId, snapshot } = jobs.find(jobId);
    const { results } = diagnosis;
    const { data, pii } = asking.keep(jobId, diagnosis, tool);
    const count = (outcome: string) => results.filter(result => result.outcome === outcome).length;
    // Whoever took the job out of the test meanwhile leaves the record of what was found and nothing that it decides.
    const verdicts = inTest(jobId) ? verdictsOf(snapshot.context, results, by) : [];
    database.write(tx => {
      journal.append(tx, {
        type: 'job.diagnosed',
        actor: by,
        device: deviceId,
        job: jobId,
        data: { ...data, passed: count('pass'), failed: count('fail'), notPossible: count('not_possible') },
        pii,
      });
      for (const verdict of verdicts) jobs.advance(tx, jobId, stepRecorded(verdict, by));
    });
  };

  const test = async (jobId: JobId, by: OperatorId): Promise<Job> => {
    if (!inTest(jobId))
      throw new BenchError('state_refused', 'The automatic tests belong to the functional test. Begin it first.');
    await asking.run(jobId, {
      ask: (target, signal) => picea.diagnose(target, { onProgress: () => {}, signal }),
      record: (diagnosis, tool) => record(jobId, diagnosis, tool, by),
    });
    return jobs.view(jobId);
  };

  return {
    handlers: {
      'jobs.run_diagnostics': ({ jobId }, { operatorId }) => test(jobId, operatorId),
    } satisfies Pick<Handlers, 'jobs.run_diagnostics'>,
    close: asking.close,
  };
}
