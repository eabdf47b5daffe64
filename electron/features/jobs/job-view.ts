import { noIdentifiers } from '../../../shared/devices.ts';
import type { EntryType } from '../../../shared/events.ts';
import { ApprovalId } from '../../../shared/ids.ts';
import type { Job, JobPlace, JobState } from '../../../shared/jobs.ts';
import type { Journal } from '../journal/journal.ts';
import { stepsOf } from './job.guards.ts';
import { actionsOf, placeOfJob } from './job.ts';
import type { JobRow } from './jobs.store.ts';

/** Progress of a running erase; lives in memory alone. */
export type Progress = { percent: number | null; phase: string | null };

export type ViewDeps = {
  journal: Journal;
  progressOf(row: JobRow): Progress | null;
  isAttached(row: JobRow): boolean;
  ticketOf(id: JobRow['previous']): string | null;
};

/** The job as a screen sees it, with what can be asked of it now. */
export function viewOfJob(row: JobRow, deps: ViewDeps): Job {
  const { journal } = deps;
  const { context } = row.snapshot;
  const place = placeOfJob(row.snapshot);
  const identified = journal.entry(row.identifiedIdx);
  const fact = (name: string) => {
    const value = identified.data[name];
    return typeof value === 'string' ? { value, why: null } : { value: null, why: 'not told by the device' };
  };
  return {
    id: row.id,
    ticket: row.ticket,
    deviceId: row.deviceId,
    place,
    state: stateOfPlace(place),
    manufacturer: fact('manufacturer'),
    model: fact('model'),
    identifiers: journal.open('device.identified', row.identifiedIdx, 'identity')?.identifiers ?? noIdentifiers,
    openedAt: row.openedAt,
    updatedAt: row.updatedAt,
    previousTicket: deps.ticketOf(row.previous),
    condition: context.condition,
    erase: {
      attempts: context.attempts,
      interruptions: context.interruptions,
      percent: deps.progressOf(row)?.percent ?? null,
      phase: deps.progressOf(row)?.phase ?? null,
      startedAt: context.attempt ? new Date(context.attempt.startedAt).toISOString() : null,
      status: context.erasure,
      exceptions: context.exceptions,
    },
    steps: stepsOf(context).map(({ diagnostics: _, ...step }) => ({
      ...step,
      result: context.steps[step.id] ?? 'pending',
    })),
    checklist: context.checklist ? { type: context.checklist.type, version: context.checklist.version } : null,
    locks: context.locks,
    waivedLocks: context.waived,
    approvalId: context.approval ? ApprovalId.parse(context.approval.id) : null,
    sampled: context.sampling.drawn,
    sampleVerified: context.sampling.verifiedBy !== null,
    selfSignedOff: context.selfSignedOff,
    reason: row.reasonIdx === null ? null : reasonAt(journal, row.reasonIdx),
    attached: deps.isAttached(row),
    actions: actionsOf(row.snapshot),
  };
}

function stateOfPlace(place: JobPlace): JobState {
  if (place.startsWith('reset.')) return 'reset';
  return place as JobState;
}

const reasoned = ['job.rejected', 'job.failed', 'job.held', 'job.lock_waived'] as const satisfies EntryType[];

function reasonAt(journal: Journal, idx: number): string | null {
  const type = reasoned.find(name => name === journal.entry(idx).type);
  return type ? (journal.open(type, idx, 'text')?.reason ?? null) : null;
}
