import { builtInSteps, type Limit, type Step } from '../../../shared/checklists.ts';
import type { HoldablePlace, IdentityTags, JobContext, JobEvent } from './job.types.ts';

type Of<T extends JobEvent['type']> = Extract<JobEvent, { type: T }>;
/** Null when the step may be taken, otherwise why not. */
export type Refusal = string | null;

/** How a fresh read relates to the identity the job was opened with. */
export function compareIdentity(expected: IdentityTags, read: IdentityTags | null): 'same' | 'other' | 'unreadable' {
  if (!read) return 'unreadable';
  const kinds = Object.keys(expected) as (keyof IdentityTags)[];
  const contradicts = kinds.some(kind => lacks(expected[kind], read[kind]) && lacks(read[kind], expected[kind]));
  if (contradicts) return 'other';
  return kinds.some(kind => overlaps(expected[kind], read[kind])) ? 'same' : 'unreadable';
}

/** True when `b` has a value that `a` has not. One side may know fewer values than the other, but no different ones. */
function lacks(a: string[], b: string[]): boolean {
  return b.some(value => !a.includes(value));
}

function overlaps(a: string[], b: string[]): boolean {
  return a.some(value => b.includes(value));
}

/** What is tested on the device of this job. */
export const stepsOf = ({ checklist }: Pick<JobContext, 'checklist'>): readonly Step[] =>
  checklist?.steps ?? builtInSteps;

function outside({ unit, min, max }: Limit, measured: Of<'step.recorded'>['measured']): Refusal {
  if (measured?.unit !== unit) return `A pass of this step needs its measurement in ${unit}.`;
  const fits = (min === null || measured.value >= Number(min)) && (max === null || measured.value <= Number(max));
  return fits ? null : 'The measurement lies outside the limits of the check-list: record the step as failed.';
}

/** The guards of the job machine. Nothing else decides whether a step may be taken, and where it leads. */
export const refuse = {
  intake(_: JobContext, event: Of<'intake.completed'>): Refusal {
    const { simCard, memoryCard } = event.condition;
    if (simCard === 'present' || memoryCard === 'present')
      return 'Remove the SIM and the memory card first, then record them as removed.';
    return null;
  },

  eraseStart(context: JobContext, event: Of<'erase.started'>): Refusal {
    if (event.legalHold) return 'A legal hold forbids erasing this device.';
    if (event.owner === 'other') return 'Somebody else works with this device.';
    const identity = compareIdentity(context.identity, event.read);
    if (identity === 'unreadable') return 'The device did not tell who it is just now. Check the cable and try again.';
    if (identity === 'other') return 'The device on the cable is not the device of this job. Nothing was erased.';
    if (event.label === 'differs') return 'The scanned label does not belong to this device. Nothing was erased.';
    return null;
  },

  unplugged(context: JobContext, event: Of<'erase.interrupted'>): Refusal {
    const until = context.attempt?.rebootUntil ?? null;
    if (event.cause === 'unplugged' && until !== null && event.at < until) return 'The device reboots as announced.';
    return null;
  },

  eraseResult(_: JobContext, event: Of<'erase.reported'>): Refusal {
    return event.success ? null : 'The tool did not report a success.';
  },

  identityAfter(context: JobContext, event: Of<'erase.checked'>): Refusal {
    return compareIdentity(context.identity, event.read) === 'same' ? null : 'The device was not read again as itself.';
  },

  postEraseChecks(_: JobContext, event: Of<'erase.checked'>): Refusal {
    return event.checks.some(check => check.outcome === 'fail') ? 'A check after the erase speaks against it.' : null;
  },

  bypassRequest(context: JobContext, event: Of<'bypass.requested'>): Refusal {
    if (event.evidence < 1) return 'A bypass needs at least one piece of evidence.';
    if (context.usedApprovals.includes(event.approval)) return 'This approval was used before.';
    return null;
  },

  bypassDecision(context: JobContext, event: Of<'bypass.approved'> | Of<'bypass.denied'>): Refusal {
    if (context.approval?.id !== event.approval) return 'This request does not belong to the job any more.';
    if (context.approval.requestedBy === event.by || event.requesterAgain)
      return 'Somebody other than the requester must decide.';
    if (event.type === 'bypass.approved' && event.expiresAt <= event.at)
      return 'The approval would have expired already.';
    return null;
  },

  bypassRevocation(context: JobContext, event: Of<'bypass.revoked'>): Refusal {
    if (context.approval?.id !== event.approval || context.approval.expiresAt === null)
      return 'There is no approval to revoke any more.';
    if (context.approval.approvedBy !== event.by && !event.admin)
      return 'Only whoever approved it, or a site admin, may revoke an approval.';
    return null;
  },

  bypassExpiry(context: JobContext, event: Of<'bypass.expired'>): Refusal {
    const expiresAt = context.approval?.expiresAt ?? null;
    if (expiresAt === null || event.at < expiresAt) return 'The approval has not expired.';
    return null;
  },

  useApproval(context: JobContext, event: Of<'functional.begun'>): Refusal {
    const { approval } = context;
    if (!approval || approval.expiresAt === null) return 'There is no approval for this job.';
    if (context.usedApprovals.includes(approval.id)) return 'The approval was used before.';
    if (event.at >= approval.expiresAt) return 'The approval has expired. Request the bypass again.';
    return null;
  },

  step(context: JobContext, event: Of<'step.recorded'>): Refusal {
    const step = stepsOf(context).find(({ id }) => id === event.step);
    if (!step) return 'This step is not on the check-list of this job.';
    if (event.result === 'skip' && !event.reasoned) return 'A skipped step needs a reason.';
    return event.result === 'pass' && step.limit ? outside(step.limit, event.measured) : null;
  },

  functionalEnd(context: JobContext): Refusal {
    const missing = stepsOf(context).filter(({ id, mandatory }) => mandatory && !context.steps[id]);
    const names = missing.map(({ label }) => label);
    return names.length > 0 ? `These steps have no result yet: ${names.join(', ')}.` : null;
  },

  waive(context: JobContext, event: Of<'lock.waived'>): Refusal {
    return context.locks[event.lock] === 'locked' ? null : 'Only a lock that was found locked can be waived.';
  },

  sample(context: JobContext, event: Of<'sample.verified'>): Refusal {
    if (!context.sampling.drawn) return 'This job was not drawn for sampling.';
    if (context.eraseOperators.includes(event.by) || event.eraserAgain)
      return 'Whoever erased the device may not verify the sample.';
    return null;
  },

  sampleResult(_: JobContext, event: Of<'sample.verified'>): Refusal {
    return event.passed ? null : 'Data was found on the device.';
  },

  handOver(_: JobContext, event: Of<'job.handed_over'>): Refusal {
    return event.legalHold ? 'A legal hold lies on this device: it stays at this station.' : null;
  },

  takeOver(context: JobContext, event: Of<'job.taken_over'>): Refusal {
    if (context.takenOver !== undefined) return 'This job was taken over already.';
    const { condition } = event.carried;
    if (condition?.simCard === 'present' || condition?.memoryCard === 'present')
      return 'The other station left a card in the device. Open a new job and do the intake again.';
    return null;
  },

  /** Back to the one place the job was held at. */
  release(context: JobContext, place: HoldablePlace): Refusal {
    return context.heldFrom === place ? null : 'The job was held somewhere else.';
  },

  signOff(context: JobContext, event: Of<'job.signed_off'>): Refusal {
    const open = (['activation', 'frp', 'mdm', 'blacklist'] as const).filter(lock => {
      const state = context.locks[lock];
      if (state === 'locked') return !context.waived.includes(lock);
      return state === 'unknown' && !context.policy.unknownLocksPass;
    });
    if (open.length > 0)
      return `These locks stand against it: ${open.join(', ')}. A supervisor may waive a lock, with a reason.`;
    if (context.sampling.drawn && context.sampling.verifiedBy === null)
      return 'This job was drawn for sampling and waits for its independent verification.';
    if (!context.testers.includes(event.by) && !event.testerAgain) return null;
    if (!context.policy.selfSignOff) return 'Somebody other than the tester must sign off.';
    return context.sampling.drawn ? 'A job drawn for sampling needs somebody other than the tester.' : null;
  },
} as const;

export type JobGuards = typeof refuse;
