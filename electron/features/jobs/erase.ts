import { BenchError } from '../../../shared/errors.ts';
import type { JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { IdentityRead } from '../../drivers/devices/adapter.ts';
import type { EraseProgress, EraseResult, Picea } from '../../drivers/picea/picea.ts';
import type { Handlers } from '../../handlers.ts';
import type { EraseClaim, EraseRun } from './erase-run.ts';
import { createEraseVerification, type VerifyDeps } from './erase-verify.ts';
import { watchRun } from './erase-watch.ts';
import { labelMatches, tagIdentity } from './identity-tags.ts';
import { compareIdentity } from './job.guards.ts';
import { placeOfJob } from './job.ts';
import type { InterruptionCause } from './job.types.ts';

export type EraseDeps = VerifyDeps & {
  picea: Picea;
  claim(deviceId: Job['deviceId']): EraseClaim;
  /** Whether a legal hold lies on the device. */
  isHeld(deviceId: Job['deviceId']): boolean;
  log(line: Record<string, unknown>): void;
};

/** Runs erasures: the machine decides each step, this carries out what was committed. */
export function createErase(deps: EraseDeps) {
  const { jobs, picea, subjects, clock, policy } = deps;
  const verification = createEraseVerification(deps);
  const runs = new Map<JobId, { run: EraseRun; done: Promise<void> }>();
  let closing = false;

  const recordInterruption = (jobId: JobId, cause: InterruptionCause) =>
    jobs.commit(jobId, {
      event: { type: 'erase.interrupted', cause, at: clock.now() },
      type: 'job.erase_interrupted',
      data: { cause },
      by: undefined,
    });
  const interrupt = (run: EraseRun, cause: InterruptionCause) => {
    if (!underWay(run)) return;
    jobs.setProgress(run.jobId, null);
    recordInterruption(run.jobId, cause);
  };
  /** Ends a run from outside. Never throws: what cannot be recorded now is tried again where the run ends. */
  const stop = (run: EraseRun, cause: InterruptionCause) => {
    run.stoppedBy ??= cause;
    try {
      interrupt(run, cause);
    } catch (error) {
      deps.log({ level: 'error', event: 'erase.not_recorded', job: run.jobId, code: codeOf(error) });
    }
    run.abort.abort(new BenchError('device_lost', 'The erase was interrupted.'));
  };
  const underWay = (run: EraseRun) => unfinished(placeOfJob(jobs.find(run.jobId).snapshot));

  const start = async (jobId: JobId, label: string | undefined, operatorId: OperatorId): Promise<Job> => {
    const { deviceId } = jobs.find(jobId);
    const tool = await picea.info();
    const claim = deps.claim(deviceId);
    const abort = new AbortController();
    let same = true;
    try {
      const read = await claim.identify(abort.signal);
      if (closing) throw new BenchError('state_refused', 'The bench is closing. Nothing was erased.');
      const tags = tagIdentity(subjects, deviceId, read.identifiers);
      same = compareIdentity(jobs.find(jobId).snapshot.context.identity, tags) === 'same';
      const job = jobs.commit(jobId, {
        event: {
          type: 'erase.started',
          at: clock.now(),
          by: operatorId,
          read: tags,
          label: label === undefined ? 'none' : labelMatches(label, read.identifiers) ? 'matches' : 'differs',
          legalHold: deps.isHeld(deviceId),
          owner: 'nobody',
        },
        type: 'job.erase_started',
        data: ({ attempts }) => ({
          attempt: attempts,
          tool: tool.product,
          toolVersion: tool.version,
          labelScanned: label !== undefined,
        }),
        by: operatorId,
      });
      const run: EraseRun = { jobId, claim, abort, startedNs: clock.monotonicNs(), stoppedBy: null };
      runs.set(jobId, { run, done: carryOut(run, read) });
      return job;
    } catch (error) {
      claim.release({ same });
      throw error;
    }
  };

  /** Everything after the durable start. Never rejects; ends with the claim released, whatever happens. */
  const carryOut = async (run: EraseRun, read: IdentityRead): Promise<void> => {
    let same = true;
    try {
      const result = await eraseWatched(run, read);
      run.abort.signal.throwIfAborted();
      if (underWay(run)) same = await verification.conclude(run, result);
    } catch (error) {
      giveUp(run, error);
    }
    runs.delete(run.jobId);
    run.claim.release({ same });
    jobs.setProgress(run.jobId, null);
  };

  const giveUp = (run: EraseRun, error: unknown) => {
    const code = codeOf(error);
    deps.log({ level: 'warn', event: 'erase.ended', job: run.jobId, code });
    const notStored = code === 'disk_full' || code === 'data_folder_unusable';
    try {
      interrupt(run, run.stoppedBy ?? (notStored ? 'not_stored' : 'tool_lost'));
    } catch (cause) {
      // The disk takes nothing: the job stays `erasing` in the database until `interruptUnfinished` finds it.
      deps.log({ level: 'error', event: 'erase.not_recorded', job: run.jobId, code: codeOf(cause) });
    }
  };

  const eraseWatched = async (run: EraseRun, read: IdentityRead): Promise<EraseResult> => {
    const watch = watchRun(run, {
      clock,
      policy,
      rebootUntil: ({ jobId }) => jobs.find(jobId).snapshot.context.attempt?.rebootUntil ?? 0,
      onStalled: () => stop(run, 'stalled'),
      onUnplugged: () => stop(run, 'unplugged'),
    });
    try {
      return await picea.erase(
        { portPath: run.claim.portPath, epoch: run.claim.epoch() ?? '', identifiers: read.identifiers },
        {
          signal: run.abort.signal,
          onProgress: progress => {
            watch.heard();
            if (underWay(run)) report(run, progress);
          },
        },
      );
    } finally {
      watch.stop();
    }
  };

  const report = (run: EraseRun, progress: EraseProgress) => {
    if (progress.kind === 'progress') {
      jobs.setProgress(run.jobId, { percent: progress.percent, phase: progress.phase });
      return;
    }
    const until = clock.now() + progress.windowMs;
    jobs.commit(run.jobId, {
      event: { type: 'erase.rebooting', until },
      type: 'job.erase_rebooting',
      data: { until: new Date(until).toISOString() },
      by: undefined,
    });
  };

  const handlers = {
    'jobs.start_erase': ({ jobId, label }, caller) => start(jobId, label, caller.operatorId),
  } satisfies Pick<Handlers, 'jobs.start_erase'>;

  return {
    handlers,
    /**
     * Interrupts every job that is recorded as erasing while nothing works on it. Before anything else after a start
     * (`restart`), and from time to time for what the disk did not take when it happened (`not_stored`).
     */
    interruptUnfinished(cause: 'restart' | 'not_stored') {
      for (const row of jobs.open()) {
        if (unfinished(placeOfJob(row.snapshot)) && !runs.has(row.id)) recordInterruption(row.id, cause);
      }
    },
    /** Number of erasures under way. */
    running: () => runs.size,
    /** Ends what is under way as interrupted and waits until that is recorded. */
    async close() {
      closing = true;
      const ending = [...runs.values()];
      for (const { run } of ending) stop(run, 'restart');
      await Promise.all(ending.map(({ done }) => done));
    },
  };
}

function unfinished(place: string): boolean {
  return place === 'reset.erasing' || place === 'reset.verifying';
}

function codeOf(error: unknown): string {
  return error instanceof BenchError ? error.code : 'internal';
}
