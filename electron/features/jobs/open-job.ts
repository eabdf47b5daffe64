import { hasIdentifier, type Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import { type DeviceId, JobId, type OperatorId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Journal } from '../journal/journal.ts';
import type { Subjects } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { tagIdentity } from './identity-tags.ts';
import { newJob } from './job.ts';
import type { JobContext } from './job.types.ts';
import type { JobRow, JobsStore } from './jobs.store.ts';

type Deps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  clock: Clock;
  random: Random;
  policy: JobContext['policy'];
  ticketFloor(): number;
  onTicket(number: number): Promise<void>;
  onOpened(tx: Tx, job: { id: JobId; deviceId: DeviceId; identifiers: Identifiers }, by: OperatorId): void;
  devices: { identityOf(id: DeviceId): { identifiers: Identifiers; identifiedIdx: number } };
  store: JobsStore;
  /** Whether a job is about the device that these identifiers name. */
  sameDevice(row: JobRow, identifiers: Identifiers): boolean;
  tell(id: JobId): Job;
};

/** Opens jobs: the ticket, the draw that a returned device still owes, and the entry, all in one transaction. */
export function createOpening(deps: Deps) {
  const { database, journal, subjects, settings, clock, random, store } = deps;

  const earlierJobOf = (identifiers: Identifiers): JobRow | null =>
    store.closed(5_000).find(row => deps.sameDevice(row, identifiers)) ?? null;

  /** `also` belongs to the same transaction. */
  return async (deviceId: DeviceId, by: OperatorId, also?: (tx: Tx, id: JobId) => void): Promise<Job> => {
    const { identifiers, identifiedIdx } = deps.devices.identityOf(deviceId);
    if (!hasIdentifier(identifiers))
      throw new BenchError('state_refused', 'The device told nothing that names it. Identify it first.');
    if (store.openOf(deviceId)) throw new BenchError('conflict', 'This device has an open job already.');
    const earlier = earlierJobOf(identifiers);
    const inherited = earlier && drawnWithoutVerification(earlier);
    const previous = earlier?.id ?? null;
    const id = JobId.parse(random.uuidV7(clock.now()));
    const number = database.write(tx => {
      const next = settings.next(tx, 'ticket-counter', Math.max(10_000, deps.ticketFloor()));
      const ticket = `${settings.get('prefix')}-${next}`;
      const now = new Date(clock.now()).toISOString();
      const identity = tagIdentity(subjects, deviceId, identifiers);
      store.insert(tx, {
        id,
        ticket,
        deviceId,
        snapshot: newJob({ identity, policy: deps.policy, inherited }),
        identifiedIdx,
        reasonIdx: null,
        previous,
        openedAt: now,
        updatedAt: now,
      });
      journal.append(tx, {
        type: 'job.opened',
        actor: by,
        device: deviceId,
        job: id,
        data: {
          ticket,
          identifiedAt: journal.entry(identifiedIdx).seq,
          previous,
          inheritsDraw: inherited !== null,
          policy: deps.policy,
        },
      });
      deps.onOpened(tx, { id, deviceId, identifiers }, by);
      also?.(tx, id);
      return next;
    });
    await deps.onTicket(number);
    return deps.tell(id);
  };
}

/** Whose look a new job of the same device still owes; null when it owes none. */
function drawnWithoutVerification({ snapshot: { context } }: JobRow): { eraseOperators: string[] } | null {
  const { sampling, eraseOperators } = context;
  return sampling.drawn && sampling.verifiedBy === null ? { eraseOperators } : null;
}
