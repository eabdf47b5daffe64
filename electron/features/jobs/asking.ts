import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { JobId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Picea, PiceaInfo, PiceaTarget, Told } from '../../drivers/picea/picea.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { EraseClaim } from './erase-run.ts';
import { tagIdentity } from './identity-tags.ts';
import { compareIdentity } from './job.guards.ts';
import type { Jobs } from './jobs.ts';

export type AskingDeps = {
  jobs: Jobs;
  blobs: Blobs;
  subjects: Subjects;
  picea: Picea;
  claim(deviceId: Job['deviceId']): EraseClaim;
};

export type Question<T extends Told> = {
  ask(target: PiceaTarget, signal: AbortSignal): Promise<T>;
  record(told: T, tool: PiceaInfo): void;
};

/**
 * Asks the tool about the device of a job: claimed, its identity read anew, watched while it is asked. An answer is
 * recorded only when the device stayed and the answer does not name another one. `nothing` says what was not recorded.
 */
export function createAsking({ jobs, blobs, subjects, picea, claim: claimDevice }: AskingDeps, nothing: string) {
  const runs = new Map<AbortController, Promise<unknown>>();

  const compare = (jobId: JobId, identifiers: Identifiers) => {
    const { deviceId, snapshot } = jobs.find(jobId);
    return compareIdentity(snapshot.context.identity, tagIdentity(subjects, deviceId, identifiers));
  };
  const notThisOne = () =>
    new BenchError('identity_mismatch', `The device on the cable is not the device of this job. ${nothing}`);
  const leftMeanwhile = () =>
    new BenchError('device_lost', `The device left its connector. ${nothing} Plug it in and try again.`);

  const ask = async <T extends Told>(jobId: JobId, abort: AbortController, question: Question<T>): Promise<T> => {
    const tool = await picea.info();
    const claim = claimDevice(jobs.find(jobId).deviceId);
    const stopWatching = claim.onPresence(present => {
      if (!present) abort.abort(leftMeanwhile());
    });
    let same = true;
    try {
      const { identifiers } = await claim.identify(abort.signal);
      same = compare(jobId, identifiers) === 'same';
      if (!same) throw notThisOne();
      const target = { portPath: claim.portPath, epoch: claim.epoch() ?? '', identifiers };
      const told = await question.ask(target, abort.signal);
      abort.signal.throwIfAborted();
      if (compare(jobId, told.identifiers) === 'other') throw notThisOne();
      question.record(told, tool);
      return told;
    } finally {
      stopWatching();
      claim.release({ same });
    }
  };

  return {
    /** What the tool told, once it is recorded. */
    async run<T extends Told>(jobId: JobId, question: Question<T>): Promise<T> {
      const abort = new AbortController();
      const running = ask(jobId, abort, question).finally(() => jobs.tell(jobId));
      runs.set(abort, running);
      return running.finally(() => runs.delete(abort));
    },
    /** Stores the raw result encrypted for the device; answers what an entry says of it. */
    keep(jobId: JobId, told: Told, tool: PiceaInfo) {
      const subject = subjectOf(jobs.find(jobId).deviceId);
      const rawSha256 = blobs.put({ subject, dek: subjects.dekOf(subject) }, Buffer.from(told.raw, 'utf8'));
      const { operationId, startedAt, endedAt, identifiers } = told;
      return {
        data: { tool: tool.product, toolVersion: tool.version, operationId, startedAt, endedAt, rawSha256 },
        pii: { report: { subject, value: { identifiers } } },
      };
    },
    /** Ends what is under way without a record of it. */
    async close() {
      for (const abort of runs.keys()) abort.abort(new BenchError('state_refused', `The bench is closing. ${nothing}`));
      await Promise.allSettled(runs.values());
    },
  };
}
