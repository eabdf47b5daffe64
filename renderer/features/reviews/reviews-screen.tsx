import { SegmentedControl } from '@mantine/core';
import { useState } from 'react';
import { useCan } from '../../state/bench.tsx';
import { Page } from '../../ui/page.tsx';
import { AccessCard } from './access-card.tsx';
import { lastQuarter, PeriodPicker } from './period-picker.tsx';
import { SamplingCard } from './sampling-card.tsx';

const words = { sampling: 'Sampling', access: 'Access' } as const;

/** What somebody looks at from time to time: how well the sampling covers the work, and who has access. */
export function ReviewsScreen() {
  const can = useCan();
  const [shown, setShown] = useState<keyof typeof words>('sampling');
  const [period, setPeriod] = useState(lastQuarter);
  return (
    <Page
      title="Reviews"
      aside={
        can('access.review') && (
          <SegmentedControl
            size="md"
            aria-label="Review"
            value={shown}
            onChange={value => setShown(value === 'access' ? 'access' : 'sampling')}
            data={Object.entries(words).map(([value, label]) => ({ value, label }))}
          />
        )
      }
    >
      <PeriodPicker period={period} onPeriod={setPeriod} />
      {shown === 'sampling' ? <SamplingCard period={period} /> : <AccessCard period={period} />}
    </Page>
  );
}
