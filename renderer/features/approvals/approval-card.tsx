import { useMemo } from 'react';
import type { Approval } from '../../../shared/approvals.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useJob } from '../../state/sources.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EvidencePictures } from '../../ui/evidence-pictures.tsx';
import { deviceTitle } from '../../ui/fact.tsx';
import { IdentifierList } from '../../ui/identifier-list.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { ageText, fullTime } from '../../ui/time.ts';
import { approvalTones } from '../../ui/tones.ts';
import { approvalStateWords, bypassReasonWords } from '../../ui/words.ts';
import { CaseFacts } from './case-facts.tsx';
import { DecisionForm } from './decision-form.tsx';
import { RevokeForm } from './revoke-form.tsx';

export function ApprovalCard({ approval }: { approval: Approval }) {
  const { session } = useBench();
  const can = useCan();
  const { value: job } = useJob(approval.jobId);
  const own = approval.requestedBy === session.operatorId;
  return (
    <Card
      title={`${approval.ticket}${job === null ? '' : ` · ${deviceTitle(job)}`}`}
      aside={<StatusMark tone={approvalTones[approval.state]}>{approvalStateWords[approval.state]}</StatusMark>}
    >
      <div className="approval">
        <div>
          {job !== null && <IdentifierList ids={job.identifiers} />}
          <dl className="facts">
            <dt>Requested by</dt>
            <dd>
              {approval.requesterName}, {fullTime(approval.requestedAt)}
              {approval.state === 'requested' && ` (${ageText(approval.requestedAt)})`}
            </dd>
            <dt>Reason</dt>
            <dd>{bypassReasonWords[approval.reason]}</dd>
            <dt>Done instead</dt>
            <dd className="prose">{approval.done ?? 'erased'}</dd>
            {approval.decidedAt !== null && (
              <>
                <dt>Decided by</dt>
                <dd>
                  {approval.deciderName}, {fullTime(approval.decidedAt)}
                </dd>
                <dt>Because</dt>
                <dd className="prose">{approval.decisionReason ?? 'erased'}</dd>
              </>
            )}
            {approval.state === 'approved' && approval.expiresAt !== null && (
              <>
                <dt>Valid until</dt>
                <dd>{fullTime(approval.expiresAt)}</dd>
              </>
            )}
            {approval.revoked !== null && (
              <>
                <dt>Revoked by</dt>
                <dd>
                  {approval.revoked.byName}, {fullTime(approval.revoked.at)}
                </dd>
                <dt>Because</dt>
                <dd className="prose">{approval.revoked.reason ?? 'erased'}</dd>
              </>
            )}
          </dl>
          {can('journal.read') && <CaseFacts approval={approval} />}
        </div>
        <ApprovalEvidence approval={approval} />
      </div>
      {approval.state === 'requested' && can('bypass.decide') && !own && <DecisionForm approval={approval} />}
      {approval.state === 'approved' &&
        can('bypass.revoke') &&
        (approval.decidedBy === session.operatorId || session.role === 'admin') && <RevokeForm approval={approval} />}
      {approval.state === 'requested' && own && (
        <p className="dimmed">You asked for this yourself; another supervisor decides.</p>
      )}
    </Card>
  );
}

function ApprovalEvidence({ approval: { jobId, evidenceIds } }: { approval: Approval }) {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['evidence.list']({ jobId }) }), [api, jobId]);
  const { value, error } = useLive(source);
  return (
    <div>
      <h3>Evidence</h3>
      <ErrorAlert error={error} />
      <EvidencePictures items={(value ?? []).filter(item => evidenceIds.includes(item.id))} />
    </div>
  );
}
