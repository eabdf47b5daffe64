import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useApprovals } from '../../state/sources.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Empty, Page } from '../../ui/page.tsx';
import { ApprovalCard } from './approval-card.tsx';

/** Requests for a manual bypass: those waiting first, then what was decided. */
export function ApprovalsScreen() {
  const { items, error } = useApprovals();
  const [shown, setShown] = useState<'waiting' | 'decided'>('waiting');
  const all = (items ?? []).toSorted((a, b) => b.requestedAt.localeCompare(a.requestedAt));
  const waiting = all.filter(approval => approval.state === 'requested').toReversed();
  const decided = all.filter(approval => approval.state !== 'requested');
  const visible = shown === 'waiting' ? waiting : decided;
  return (
    <Page
      title="Approvals"
      aside={
        <SegmentedControl
          size="md"
          aria-label="Show"
          value={shown}
          onChange={value => setShown(value === 'decided' ? 'decided' : 'waiting')}
          data={[
            { value: 'waiting', label: `Waiting ${waiting.length}` },
            { value: 'decided', label: `Decided ${decided.length}` },
          ]}
        />
      }
    >
      <ErrorAlert error={error} />
      {items !== null && visible.length === 0 && (
        <Empty>{shown === 'waiting' ? 'No request waits for a decision.' : 'Nothing was decided yet.'}</Empty>
      )}
      <div className="approvals">
        {visible.map(approval => (
          <ApprovalCard key={approval.id} approval={approval} />
        ))}
      </div>
    </Page>
  );
}
