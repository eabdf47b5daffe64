import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Diagnosis, Picea, PiceaInfo } from '../../drivers/picea/picea.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import { verdictsOf } from './diagnosis-verdicts.ts';
import type { EraseClaim } from './erase-run.ts';
import { tagIdentity } from './identity-tags.ts';
import { compareIdentity } from './job.guards.ts';
import { placeOfJob } from './job.ts';
import { stepRecorded } from './job-acts.ts';
import type { Jobs } from './jobs.ts';

export type DiagnosisDeps = {
  jobs: Jobs;
  database: Database;
  journal: Journal;
  blobs: Blobs;
  subjects: Subjects;
  picea: Picea;
  claim(deviceId: Job['deviceId']): EraseClaim;
};

/** Lets the tool test a device in its functional test and records what that decides; nothing when it does not end well. */
export function createDiagnosis(deps: DiagnosisDeps) {
  const { jobs, database, journal, blobs, subjects, picea } = deps;
  const runs = new Map<AbortController, Promise<Job>>();

  const compare = (jobId: JobId, identifiers: Identifiers) => {
    const { deviceId, snapshot } = jobs.find(jobId);
    return compareIdentity(snapshot.context.identity, tagIdentity(subjects, deviceId, identifiers));
  };
  const inTest = (jobId: JobId) => placeOfJob(jobs.find(jobId).snapshot) === 'functional';

  const record = (jobId: JobId, tool: PiceaInfo, diagnosis: Diagnosis, by: OperatorId) => {
    const { deviceId, snapshot } = jobs.find(jobId);
    const subject = subjectOf(deviceId);
    const rawSha256 = blobs.put({ subject, dek: subjects.dekOf(subject) }, Buffer.from(diagnosis.raw, 'utf8'));
    const { operationId, startedAt, endedAt, identifiers, results } = diagnosis;
    const count = (outcome: string) => results.filter(result => result.outcome === outcome).length;
    // Whoever took the job out of the test meanwhile leaves the record of what was found and nothing that it decides.
    const verdicts = inTest(jobId) ? verdictsOf(snapshot.context, results, by) : [];
    database.write(tx => {
      journal.append(tx, {
        type: 'job.diagnosed',
        actor: by,
        device: deviceId,
        job: jobId,
        data: {
          tool: tool.product,
          toolVersion: tool.version,
          operationId,
          startedAt,
          endedAt,
          rawSha256,
          passed: count('pass'),
          failed: count('fail'),
          notPossible: count('not_possible'),
        },
        pii: { report: { subject, value: { identifiers } } },
      });
      for (const verdict of verdicts) jobs.advance(tx, jobId, stepRecorded(verdict, by));
    });
  };

  const test = async (jobId: JobId, by: OperatorId, abort: AbortController): Promise<void> => {
    if (!inTest(jobId))
      throw new BenchError('state_refused', 'The automatic tests belong to the functional test. Begin it first.');
    const tool = await picea.info();
    const claim = deps.claim(jobs.find(jobId).deviceId);
    const stopWatching = claim.onPresence(present => {
      if (!present) abort.abort(leftMeanwhile());
    });
    let same = true;
    try {
      const { identifiers } = await claim.identify(abort.signal);
      same = compare(jobId, identifiers) === 'same';
      if (!same) throw notThisOne();
      const target = { portPath: claim.portPath, epoch: claim.epoch() ?? '', identifiers };
      const diagnosis = await picea.diagnose(target, { onProgress: () => {}, signal: abort.signal });
      abort.signal.throwIfAborted();
      if (compare(jobId, diagnosis.identifiers) === 'other') throw notThisOne();
      record(jobId, tool, diagnosis, by);
    } finally {
      stopWatching();
      claim.release({ same });
    }
  };

  const run = async (jobId: JobId, by: OperatorId): Promise<Job> => {
    const abort = new AbortController();
    const running = test(jobId, by, abort)
      .finally(() => jobs.tell(jobId))
      .then(() => jobs.view(jobId));
    runs.set(abort, running);
    return running.finally(() => runs.delete(abort));
  };

  return {
    handlers: {
      'jobs.run_diagnostics': ({ jobId }, { operatorId }) => run(jobId, operatorId),
    } satisfies Pick<Handlers, 'jobs.run_diagnostics'>,
    /** Ends what is under way without a record of it. */
    async close() {
      for (const abort of runs.keys())
        abort.abort(new BenchError('state_refused', 'The bench is closing. No test was recorded.'));
      await Promise.allSettled(runs.values());
    },
  };
}

const leftMeanwhile = () =>
  new BenchError('device_lost', 'The device left its connector. No test was recorded: plug it in and run them again.');

const notThisOne = () =>
  new BenchError('identity_mismatch', 'The device on the cable is not the device of this job. No test was recorded.');
