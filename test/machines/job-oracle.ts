import { isDeepStrictEqual } from 'node:util';
import type { JobEvent } from '../../electron/features/jobs/job.types.ts';
import type { Step as ListedStep } from '../../shared/checklists.ts';
import { type JobPlace, LockKind, type Locks } from '../../shared/jobs.ts';
import { mine, type Policy } from './job-walk.ts';

type Of<T extends JobEvent['type']> = Extract<JobEvent, { type: T }>;
type Step = { before: JobPlace; event: JobEvent; after: JobPlace };

const isReset = (place: JobPlace) => place.startsWith('reset.');

/**
 * What the design forbids, told from the events of one job alone: it keeps its own books and looks at no guard and no
 * context of the machine. `see` answers what was forbidden about a step that was taken, or null.
 */
export function createOracle(policy: Policy) {
  const erasers = new Set<string>();
  const testers = new Set<string>();
  const steps = new Set<string>();
  let list: readonly ListedStep[] = [];
  const used = new Set<string>();
  let locks: Locks = { activation: 'unknown', frp: 'unknown', mdm: 'unknown', blacklist: 'unknown' };
  let waived = new Set<LockKind>();
  let rebootUntil: number | null = null;
  let drawn = false;
  let verified = false;
  let heldFrom: JobPlace | null = null;
  let takenOver = false;
  let request: Of<'bypass.requested'> | null = null;
  let approval: Of<'bypass.approved'> | null = null;

  const forbiddenErase = ({ read, legalHold, owner, label }: Of<'erase.started'>) => {
    if (!isDeepStrictEqual(read, mine)) return 'an erase without a fresh read of the very device';
    if (legalHold) return 'an erase under a legal hold';
    if (owner !== 'nobody') return "an erase of somebody else's device";
    return label === 'differs' ? 'an erase against the label' : null;
  };

  const forbiddenDecision = (event: Of<'bypass.approved'> | Of<'bypass.denied'>) => {
    if (request?.approval !== event.approval) return 'a decision on another request';
    if (request.by === event.by || event.requesterAgain) return 'a decision by the requester';
    return event.type === 'bypass.approved' && event.expiresAt <= event.at ? 'an approval born dead' : null;
  };

  const forbiddenRevocation = (event: Of<'bypass.revoked'>) => {
    if (approval?.approval !== event.approval) return 'a revocation of nothing';
    return approval.by === event.by || event.admin ? null : 'a revocation by anybody';
  };

  const forbiddenPassage = ({ before, event }: Step) => {
    if (before === 'reset.erased') return null;
    if (before !== 'reset.bypass_approved' || event.type !== 'functional.begun' || !approval || !request)
      return `functional reached from ${before}`;
    if (request.evidence < 1) return 'a bypass without evidence';
    if (used.has(approval.approval)) return 'an approval used twice';
    return event.at >= approval.expiresAt ? 'an expired approval used' : null;
  };

  const forbiddenErased = ({ before, event }: Step) => {
    if (before !== 'reset.verifying' || event.type !== 'erase.checked') return `erased by ${event.type}`;
    if (!isDeepStrictEqual(event.read, mine)) return 'called erased without being read again as itself';
    return event.checks.some(check => check.outcome === 'fail') ? 'called erased against a check' : null;
  };

  const forbiddenCompletion = ({ event }: Step) => {
    if (event.type !== 'job.signed_off') return `completed by ${event.type}`;
    const tested = testers.has(event.by) || event.testerAgain;
    if (tested && !policy.selfSignOff) return 'signed off by the tester';
    if (tested && drawn) return 'a drawn job signed off by its tester';
    if (drawn && !verified) return 'a drawn job completed without a verification of this erase';
    const open = LockKind.options.find(
      lock =>
        (locks[lock] === 'locked' && !waived.has(lock)) || (locks[lock] === 'unknown' && !policy.unknownLocksPass),
    );
    return open ? 'completed against a lock' : null;
  };

  const forbiddenTakeOver = ({ before, after, event }: Step & { event: Of<'job.taken_over'> }) => {
    const { condition } = event.carried;
    if (takenOver || before !== 'intake') return 'taken over twice, or in the middle';
    if (condition?.simCard === 'present' || condition?.memoryCard === 'present')
      return 'taken over with a card left in';
    return after === (condition ? 'reset.awaiting_start' : 'intake') ? null : `taken over into ${after}`;
  };

  const forbiddenHandOver = ({ before, event }: Step & { event: Of<'job.handed_over'> }) => {
    const underWay = ['reset.erasing', 'reset.verifying', 'reset.bypass_requested', 'reset.bypass_approved', 'on_hold'];
    if (underWay.includes(before)) return `handed over from ${before}`;
    return event.legalHold ? 'handed over under a legal hold' : null;
  };

  const forbiddenArrival = (step: Step) => {
    const { before, event, after } = step;
    if (event.type === 'job.released') return after === heldFrom ? null : 'released to elsewhere';
    if (before === 'handed_over') return 'an act on a job that was handed over';
    if (before === after) return null;
    if (after === 'completed') return forbiddenCompletion(step);
    if (after === 'reset.erased') return forbiddenErased(step);
    if (after === 'functional' && isReset(before)) return forbiddenPassage(step);
    if (after === 'on_hold' && (before === 'reset.erasing' || before === 'reset.verifying'))
      return 'held while an erase runs';
    return null;
  };

  const forbiddenEvent = (step: Step): string | null => {
    const { before, event, after } = step;
    switch (event.type) {
      case 'job.taken_over':
        return forbiddenTakeOver({ ...step, event });
      case 'job.handed_over':
        return forbiddenHandOver({ ...step, event });
      case 'intake.completed':
        return [event.condition.simCard, event.condition.memoryCard].includes('present') ? 'a card left in' : null;
      case 'erase.started':
        return forbiddenErase(event);
      case 'erase.interrupted': {
        const announced = rebootUntil !== null && event.at < rebootUntil && before === 'reset.erasing';
        return announced && event.cause === 'unplugged' ? 'an announced reboot taken for an unplug' : null;
      }
      case 'erase.reported':
        return event.success === (after === 'reset.verifying') ? null : 'a report taken for its opposite';
      case 'bypass.approved':
      case 'bypass.denied':
        return forbiddenDecision(event);
      case 'bypass.revoked':
        return forbiddenRevocation(event);
      case 'bypass.expired':
        return approval && event.at >= approval.expiresAt ? null : 'expired before its time';
      case 'step.recorded':
        if (!list.some(({ id }) => id === event.step)) return 'a step that is not on the list';
        if (
          event.result === 'pass' &&
          event.step === 'battery' &&
          (event.measured?.unit !== '%' || event.measured.value < 80)
        )
          return 'a pass against its measurement';
        return event.result === 'skip' && !event.reasoned ? 'skipped without a reason' : null;
      case 'functional.finished':
        return list.every(({ id, mandatory }) => !mandatory || steps.has(id)) ? null : 'finished with a test open';
      case 'lock.waived':
        return locks[event.lock] === 'locked' ? null : 'waived what was not locked';
      case 'sample.verified':
        if (!drawn) return 'a sample of a job that was not drawn';
        return erasers.has(event.by) || event.eraserAgain ? 'a sample verified by whoever erased' : null;
      default:
        return null;
    }
  };

  const note = ({ before, event, after }: Step) => {
    switch (event.type) {
      case 'job.taken_over':
        takenOver = true;
        drawn ||= event.carried.drawn;
        for (const eraser of event.carried.eraseOperators) erasers.add(eraser);
        break;
      case 'erase.started':
        erasers.add(event.by);
        rebootUntil = null;
        verified = false;
        break;
      case 'erase.rebooting':
        rebootUntil = event.until;
        break;
      case 'erase.checked':
        drawn ||= event.drawn && after === 'reset.erased';
        break;
      case 'bypass.requested':
        request = event;
        approval = null;
        break;
      case 'bypass.approved':
        approval = event;
        break;
      case 'bypass.denied':
      case 'bypass.expired':
      case 'bypass.revoked':
        request = null;
        approval = null;
        break;
      case 'functional.begun':
        if (list.length === 0) list = event.checklist.steps;
        if (before === 'reset.bypass_approved' && approval) used.add(approval.approval);
        request = null;
        approval = null;
        break;
      case 'step.recorded':
        steps.add(event.step);
        testers.add(event.by);
        break;
      case 'locks.recorded':
        locks = event.locks;
        waived = new Set();
        break;
      case 'lock.waived':
        waived.add(event.lock);
        break;
      case 'sample.verified':
        verified = event.passed;
        break;
      case 'job.held':
        heldFrom = before;
        break;
    }
    // An approval revoked while the job is held leaves nothing to come back to but the failed erase.
    if (event.type === 'bypass.revoked' && before === 'on_hold') heldFrom = 'reset.erase_failed';
  };

  return {
    see(step: Step): string | null {
      const found = forbiddenEvent(step) ?? forbiddenArrival(step);
      note(step);
      return found;
    },
  };
}
