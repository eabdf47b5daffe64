import { BenchError } from '../../../shared/errors.ts';
import type { JobId, OperatorId } from '../../../shared/ids.ts';
import type { Database } from '../../database/database.ts';
import type { PiceaInfo, Verification } from '../../drivers/picea/picea.ts';
import type { Handlers } from '../../handlers.ts';
import type { Journal } from '../journal/journal.ts';
import { type AskingDeps, createAsking } from './asking.ts';
import { actionsOf } from './job.ts';
import { changedLocks, foundLocked, withLocked } from './lock-verdicts.ts';

export type AskLocksDeps = AskingDeps & { database: Database; journal: Journal };

/** Asks the tool about the locks of a device and records those that its answers show; nothing when it does not end well. */
export function createAskLocks(deps: AskLocksDeps) {
  const { jobs, database, journal, picea } = deps;
  const asking = createAsking(deps, 'No lock was recorded.');
  const mayRecord = (jobId: JobId) => actionsOf(jobs.find(jobId).snapshot).includes('record_locks');

  const record = (jobId: JobId, told: Verification, tool: PiceaInfo, by: OperatorId) => {
    const { deviceId, snapshot } = jobs.find(jobId);
    const { data, pii } = asking.keep(jobId, told, tool);
    const { checks } = told;
    const before = snapshot.context.locks;
    const locks = withLocked(before, foundLocked(checks));
    const byTool = changedLocks(before, locks);
    database.write(tx => {
      journal.append(tx, {
        type: 'job.locks_asked',
        actor: by,
        device: deviceId,
        job: jobId,
        data: { ...data, checks },
        pii,
      });
      // A record anew takes the waivers away, so an answer that changes nothing makes none.
      if (byTool.length === 0 || !mayRecord(jobId)) return;
      const event = { type: 'locks.recorded', locks } as const;
      jobs.advance(tx, jobId, { event, type: 'job.locks_recorded', data: { locks, byTool }, by });
    });
  };

  const ask = async (jobId: JobId, by: OperatorId) => {
    if (!mayRecord(jobId))
      throw new BenchError('state_refused', 'Locks belong to the functional test and to the quality check.');
    const { checks } = await asking.run(jobId, {
      ask: (target, signal) => picea.verify(target, { signal }),
      record: (told, tool) => record(jobId, told, tool, by),
    });
    return { job: jobs.view(jobId), checks, locked: foundLocked(checks) };
  };

  return {
    handlers: {
      'jobs.ask_locks': ({ jobId }, { operatorId }) => ask(jobId, operatorId),
    } satisfies Pick<Handlers, 'jobs.ask_locks'>,
    close: asking.close,
  };
}
