import type { Job } from '../../../shared/jobs.ts';
import { routeHref } from '../../state/route.ts';
import { useApprovals } from '../../state/sources.ts';
import { StatusMark } from '../../ui/status-mark.tsx';
import { shortTime } from '../../ui/time.ts';
import { approvalTones } from '../../ui/tones.ts';
import { approvalStateWords, bypassReasonWords } from '../../ui/words.ts';

/** The newest bypass request of this job and what was said to it; nothing when there is none. */
export function BypassState({ job }: { job: Job }) {
  const { items } = useApprovals();
  const approval = items
    ?.filter(candidate => candidate.jobId === job.id)
    .toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt))
    .at(-1);
  if (approval === undefined) return null;
  return (
    <div className="sunken">
      <StatusMark tone={approvalTones[approval.state]}>Manual bypass: {approvalStateWords[approval.state]}</StatusMark>
      <p>
        {bypassReasonWords[approval.reason]}, requested by {approval.requesterName} at {shortTime(approval.requestedAt)}
        .
      </p>
      {approval.decisionReason !== null && (
        <p>
          {approval.deciderName}: {approval.decisionReason}
        </p>
      )}
      {approval.state === 'approved' && approval.expiresAt !== null && (
        <p>Valid for this job once, until {shortTime(approval.expiresAt)}.</p>
      )}
      {approval.state === 'requested' && (
        <a href={routeHref({ screen: 'approvals', id: null })}>A supervisor decides on the Approvals screen</a>
      )}
    </div>
  );
}
