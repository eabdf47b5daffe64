import type { BypassRate, EraseAttempt } from '../../../shared/approvals.ts';
import type { EntryRecord } from '../../../shared/events.ts';
import { OperatorId } from '../../../shared/ids.ts';
import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { ApprovalRow, ApprovalsStore } from './approvals.store.ts';

const days = 90;

/** What the second person sees beside a request: the attempts to erase so far and how often the requester asks. */
export function createApprovalCase(deps: {
  journal: Journal;
  store: Pick<ApprovalsStore, 'countsOf'>;
  clock: Clock;
  nameOf(operator: OperatorId): string | null;
}) {
  const { journal, store, clock } = deps;

  const attemptsOf = (jobId: string): EraseAttempt[] => {
    const attempts: EraseAttempt[] = [];
    const end = (outcome: EraseAttempt['outcome'], detail: string | null) => {
      const last = attempts.at(-1);
      if (last) Object.assign(last, { outcome, detail });
    };
    for (const { idx, type } of journal.store.ofJob(jobId)) {
      if (!type.startsWith('job.erase_')) continue;
      const { at, actor, data } = journal.entry(idx);
      if (type === 'job.erase_started') {
        const { attempt } = data as EntryRecord<'job.erase_started'>;
        const by = OperatorId.safeParse(actor).data;
        const operatorName = by ? deps.nameOf(by) : null;
        attempts.push({ attempt, startedAt: at, operatorName, outcome: 'running', detail: null });
      }
      if (type === 'job.erase_interrupted') end('interrupted', (data as EntryRecord<'job.erase_interrupted'>).cause);
      if (type === 'job.erase_reported') {
        const { success, failureCode } = data as EntryRecord<'job.erase_reported'>;
        end(success ? 'reported' : 'failed', failureCode);
      }
      if (type === 'job.erase_checked') {
        const { status, checks } = data as EntryRecord<'job.erase_checked'>;
        const failed = checks.filter(check => check.outcome === 'fail').map(check => check.name);
        if (status !== 'manual_bypass') end(status, failed.join(', ') || null);
      }
    }
    return attempts;
  };

  const rateOf = (operator: OperatorId): BypassRate => {
    const since = clock.now() - days * 86_400_000;
    const counts = store.countsOf(operator, new Date(since).toISOString());
    const sum = (...states: string[]) =>
      counts.filter(({ state }) => states.includes(state)).reduce((total, { count }) => total + count, 0);
    return {
      days,
      requests: counts.reduce((total, { count }) => total + count, 0),
      approved: sum('approved', 'used', 'revoked'),
      denied: sum('denied'),
      erases: journal.store.countOf('job.erase_started', operator, journal.firstSince(since)),
    };
  };

  return ({ jobId, requestedBy }: ApprovalRow) => ({ attempts: attemptsOf(jobId), rate: rateOf(requestedBy) });
}
