import { useMemo } from 'react';
import type { Approval, BypassRate } from '../../../shared/approvals.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { attemptTones } from '../../ui/tones.ts';
import { attemptWords } from '../../ui/words.ts';

/** What happened before the request: every attempt to erase, and how often its author asks for a bypass. */
export function CaseFacts({ approval }: { approval: Approval }) {
  const { api } = useBench();
  const { id: approvalId, requesterName } = approval;
  const source = useMemo(() => ({ load: () => api['approvals.case']({ approvalId }) }), [api, approvalId]);
  const { value, error } = useLive(source);
  return (
    <>
      <ErrorAlert error={error} />
      {value !== null && (
        <>
          <h3>Attempts to erase</h3>
          {value.attempts.length === 0 && <p className="flush">None: nobody tried the tool on this device.</p>}
          <ul className="attempts">
            {value.attempts.map(({ attempt, startedAt, operatorName, outcome, detail }) => (
              <li key={attempt}>
                <StatusMark tone={attemptTones[outcome]}>
                  {attemptWords[outcome]}
                  {detail !== null && ` (${detail})`}
                  <small className="dimmed">
                    {' '}
                    {fullTime(startedAt)}
                    {operatorName !== null && `, ${operatorName}`}
                  </small>
                </StatusMark>
              </li>
            ))}
          </ul>
          <p className="flush">
            <strong>{requesterName}</strong> {rateText(value.rate)}
          </p>
        </>
      )}
    </>
  );
}

const many = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;

function rateText({ days, requests, approved, denied, erases }: BypassRate): string {
  // A share of a handful says nothing.
  const share = erases < 20 ? '' : ` (${((100 * requests) / erases).toFixed(1)} %)`;
  return `in the last ${days} days: ${many(requests, 'bypass request')}, ${approved} approved and ${denied} denied, against ${many(erases, 'erase')} started${share}.`;
}
