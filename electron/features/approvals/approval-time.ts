import type { Clock } from '../../drivers/clock/clock.ts';
import type { Journal } from '../journal/journal.ts';
import type { ApprovalRow } from './approvals.store.ts';

/**
 * The time by which an approval is judged, ms since 1970. A clock that was set back before a start does not revive one:
 * whatever the journal has seen since the decision has passed.
 */
export function createApprovalTime(deps: { journal: Journal; clock: Clock }) {
  const { journal, clock } = deps;
  const seenAtStart = new Map<string, number>();

  const latestSince = (idx: number): number => {
    let latest = 0;
    for (let at = idx; at < journal.end(); at++) {
      latest = Math.max(latest, Date.parse(journal.entry(at).at));
    }
    return latest;
  };

  return ({ id, decisionIdx }: ApprovalRow): number => {
    // Read once for each run: from then on the clock itself does not go back.
    const seen = seenAtStart.get(id) ?? (decisionIdx === null ? 0 : latestSince(decisionIdx));
    if (decisionIdx !== null) seenAtStart.set(id, seen);
    return Math.max(clock.now(), seen);
  };
}
