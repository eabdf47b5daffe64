import type { Checklist, DeviceType } from '../../../shared/checklists.ts';
import type { Identifiers } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';
import type { JobEntryType } from '../../../shared/events.ts';
import type { ApprovalId, DeviceId, JobId, OperatorId } from '../../../shared/ids.ts';
import type { Job, jobMethods } from '../../../shared/jobs.ts';
import type { Database, Tx } from '../../database/database.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Random } from '../../drivers/random/random.ts';
import type { Handlers, Publish } from '../../handlers.ts';
import type { AnyEntry, Journal } from '../journal/journal.ts';
import { type Subjects, subjectOf } from '../journal/subjects.ts';
import type { Settings } from '../station/settings.ts';
import { tagIdentity } from './identity-tags.ts';
import { compareIdentity } from './job.guards.ts';
import { type JobSnapshot, placeOfJob, step } from './job.ts';
import { type Act, createJobActs } from './job-acts.ts';
import { type Progress, viewOfJob } from './job-view.ts';
import { createJobsStore, type JobRow } from './jobs.store.ts';
import { createOpening } from './open-job.ts';

export type JobPolicy = { selfSignOff: boolean; unknownLocksPass: boolean };

export type JobsDeps = {
  database: Database;
  journal: Journal;
  subjects: Subjects;
  settings: Settings;
  clock: Clock;
  random: Random;
  publish: Publish;
  policy: JobPolicy;
  /** Number below which no ticket is given, whatever the database says. */
  ticketFloor(): number;
  /** Called after a ticket is durable, before it is told to anybody. */
  onTicket(number: number): Promise<void>;
  /** Marks the approval that a move used up, in the same transaction. */
  useApproval(tx: Tx, id: ApprovalId): void;
  /** The time by which an approval is judged, ms since 1970. */
  approvalTime(id: ApprovalId): number;
  /** The list that a functional test of such a device takes now. */
  checklistFor(type: DeviceType): Checklist;
  /** Whether two accounts belong to one person, as far as the bench can tell. */
  isSamePerson(a: string, b: string): boolean;
  /** A job was opened, in the transaction that opens it. */
  onOpened(tx: Tx, job: { id: JobId; deviceId: DeviceId; identifiers: Identifiers }, by: OperatorId): void;
  devices: {
    /** The identity last read from a ready device; throws when it is not there. */
    identityOf(id: DeviceId): { identifiers: Identifiers; identifiedIdx: number };
    isReady(id: DeviceId): boolean;
    refresh(id: DeviceId): void;
  };
};

/** Jobs of the bench: every move goes through the machine and is journalled in the same transaction. */
export function createJobs(deps: JobsDeps) {
  const { database, journal, subjects, clock, publish } = deps;
  const store = createJobsStore(database.read);
  const progress = new Map<JobId, Progress>();

  const find = (id: JobId): JobRow => {
    const row = store.find(id);
    if (!row) throw new BenchError('not_found', 'There is no such job.');
    return row;
  };
  const view = (id: JobId): Job =>
    viewOfJob(find(id), {
      journal,
      progressOf: row => progress.get(row.id) ?? null,
      isAttached: row => deps.devices.isReady(row.deviceId),
      ticketOf: previous => (previous === null ? null : (store.find(previous)?.ticket ?? null)),
    });
  const tell = (id: JobId): Job => {
    const job = view(id);
    publish('job.changed', job);
    deps.devices.refresh(job.deviceId);
    return job;
  };

  /** One move: machine, row, snapshot and entry in `tx`. Throws `state_refused` in the guard's words. */
  const advance = <T extends JobEntryType>(tx: Tx, id: JobId, act: Act<T>): number => {
    const row = find(id);
    const next = step(row.snapshot, act.event);
    const idx = journal.appendAny(tx, entryOf(row, act, next));
    store.save(tx, id, {
      snapshot: next,
      updatedAt: new Date(clock.now()).toISOString(),
      ...(act.reasoned ? { reasonIdx: idx } : {}),
    });
    return idx;
  };

  /** The move in a transaction of its own, then told to every screen. */
  const commit = <T extends JobEntryType>(id: JobId, act: Act<T>, also?: (tx: Tx) => void): Job => {
    database.write(tx => {
      advance(tx, id, act);
      also?.(tx);
    });
    return tell(id);
  };

  const sameDevice = (row: JobRow, identifiers: Identifiers) =>
    subjects.dek(subjectOf(row.deviceId)) !== null &&
    compareIdentity(row.snapshot.context.identity, tagIdentity(subjects, row.deviceId, identifiers)) === 'same';
  const open = createOpening({ ...deps, store, sameDevice, tell });

  const handlers = {
    'jobs.open': ({ deviceId }, caller) => open(deviceId, caller.operatorId),
    'jobs.list': ({ open: only }) =>
      [...(only === false ? [] : store.open()), ...(only === true ? [] : store.closed(1_000))].map(row => view(row.id)),
    'jobs.get': ({ jobId }) => view(jobId),
    ...createJobActs({ ...deps, find, commit }),
  } satisfies Pick<Handlers, Exclude<keyof typeof jobMethods, 'jobs.start_erase' | 'jobs.run_diagnostics'>>;

  return {
    handlers,
    has: (id: JobId) => store.find(id) !== undefined,
    find,
    view,
    tell,
    advance,
    commit,
    setProgress(id: JobId, value: Progress | null) {
      if (value) progress.set(id, value);
      else progress.delete(id);
      publish('job.changed', view(id));
    },
    openFor: open,
    openJobOf: store.openOf,
    open: store.open,
    ofDevice: store.ofDevice,
    /** The device of an open job that these identifiers belong to. */
    deviceWithOpenJob: (identifiers: Identifiers): DeviceId | null =>
      store.open().find(row => sameDevice(row, identifiers))?.deviceId ?? null,
  };
}

export type Jobs = ReturnType<typeof createJobs>;

function entryOf<T extends JobEntryType>(row: JobRow, act: Act<T>, next: JobSnapshot): AnyEntry {
  const subject = subjectOf(row.deviceId);
  const slots = Object.entries(act.pii ?? {}).map(([name, value]) => [name, { subject, value }]);
  const data = typeof act.data === 'function' ? act.data(next.context) : act.data;
  return {
    type: act.type,
    data: { ...data, from: placeOfJob(row.snapshot), to: placeOfJob(next) },
    actor: act.by,
    device: row.deviceId,
    job: row.id,
    pii: Object.fromEntries(slots),
  };
}
