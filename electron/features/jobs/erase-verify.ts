import { BenchError } from '../../../shared/errors.ts';
import type { Blobs } from '../../database/blobs.ts';
import type { Database } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { IdentityRead } from '../../drivers/devices/adapter.ts';
import type { EraseResult } from '../../drivers/picea/picea.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { ErasePolicy, EraseRun } from './erase-run.ts';
import { identityAfterErase, tagIdentity } from './identity-tags.ts';
import type { Jobs } from './jobs.ts';
import { postEraseChecks } from './post-erase-checks.ts';
import type { Sampling } from './sampling.ts';

const identifyLimitMs = 60_000;

export type VerifyDeps = {
  jobs: Jobs;
  database: Database;
  blobs: Blobs;
  subjects: Subjects;
  sampling: Sampling;
  clock: Clock;
  policy: ErasePolicy;
};

/** Records what the tool said and, after a success, reads the device again before anything is called erased. */
export function createEraseVerification(deps: VerifyDeps) {
  const { jobs, database, blobs, subjects, sampling, clock, policy } = deps;

  const store = (run: EraseRun, result: EraseResult) => {
    const subject = subjectOf(jobs.find(run.jobId).deviceId);
    const owner = { subject, dek: subjects.dekOf(subject) };
    const rawSha256 = blobs.put(owner, Buffer.from(result.raw, 'utf8'));
    const certificateSha256 = result.certificate ? blobs.put(owner, result.certificate.bytes) : null;
    jobs.commit(run.jobId, {
      event: { type: 'erase.reported', success: result.success },
      type: 'job.erase_reported',
      data: {
        success: result.success,
        operationId: result.operationId,
        technique: result.technique,
        category: result.category,
        startedAt: result.startedAt,
        endedAt: result.endedAt,
        failureCode: result.failure?.code ?? null,
        rawSha256,
        certificateSha256,
      },
      by: undefined,
      pii: { report: { identifiers: result.identifiers, failure: result.failure?.message ?? null } },
    });
  };

  const untilPresent = (run: EraseRun): Promise<void> =>
    new Promise((resolve, reject) => {
      if (run.claim.epoch() !== null) return resolve();
      const stop = run.claim.onPresence(present => {
        if (!present) return;
        settle();
        resolve();
      });
      const cancel = clock.after(policy.returnMs, () => {
        settle();
        reject(new BenchError('device_lost', 'The device did not come back after the erase.'));
      });
      const aborted = () => {
        settle();
        reject(run.abort.signal.reason);
      };
      run.abort.signal.addEventListener('abort', aborted, { once: true });
      const settle = () => {
        stop();
        cancel();
        run.abort.signal.removeEventListener('abort', aborted);
      };
    });

  const readAgain = async (run: EraseRun): Promise<IdentityRead | null> => {
    try {
      await untilPresent(run);
      return await run.claim.identify(AbortSignal.any([run.abort.signal, AbortSignal.timeout(identifyLimitMs)]));
    } catch (error) {
      // Whoever ended the run did not look at the device: that is an interruption and no answer.
      run.abort.signal.throwIfAborted();
      if (error instanceof BenchError) return null;
      throw error;
    }
  };

  const check = async (run: EraseRun, result: EraseResult): Promise<boolean> => {
    const elapsedMs = Number(clock.monotonicNs() - run.startedNs) / 1e6;
    const read = await readAgain(run);
    const row = jobs.find(run.jobId);
    const { identity: expected, sampling: sampled } = row.snapshot.context;
    const tag = (ids: EraseResult['identifiers']) => tagIdentity(subjects, row.deviceId, ids);
    const tags = identityAfterErase(
      expected,
      read && tag(read.identifiers),
      tag(result.identifiers),
      run.claim.epoch() !== null,
    );
    const certificate = result.certificate !== null;
    const checks = postEraseChecks({ read, expected, tags, elapsedMs, plausibleMs: policy.plausibleMs, certificate });
    const identified = checks.some(c => c.name === 'identity' && c.outcome === 'pass');
    database.write(tx => {
      const counts = identified && checks.every(c => c.outcome !== 'fail') && !sampled.drawn;
      const drawn = counts && sampling.take(tx);
      jobs.advance(tx, run.jobId, {
        event: { type: 'erase.checked', read: tags, checks, drawn },
        type: 'job.erase_checked',
        data: ({ erasure }) => ({ status: erasure ?? 'indeterminate', checks, sampled: drawn || sampled.drawn }),
        by: undefined,
        pii: { identity: { identifiers: read?.identifiers ?? null } },
      });
    });
    return identified && read !== null;
  };

  return {
    /** Resolves with whether what was last read on the connector is the device of the job. */
    async conclude(run: EraseRun, result: EraseResult): Promise<boolean> {
      store(run, result);
      jobs.setProgress(run.jobId, null);
      return result.success ? check(run, result) : true;
    },
  };
}
