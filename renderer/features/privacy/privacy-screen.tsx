import { useMemo, useState } from 'react';
import type { SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card, Empty, Page } from '../../ui/page.tsx';
import { HoldsTable } from './holds-table.tsx';
import { SubjectPanel } from './subject-panel.tsx';
import { SubjectPicker } from './subject-picker.tsx';

/** Requests of people about their data, and legal holds against forgetting. */
export function PrivacyScreen() {
  const { api } = useBench();
  const [subject, setSubject] = useState<SubjectId | null>(null);
  const holdsSource = useMemo(() => ({ load: () => api['privacy.holds']() }), [api]);
  const holds = useLive(holdsSource);
  return (
    <Page title="Privacy">
      <Card title="A person or a device">
        <SubjectPicker onPick={setSubject} />
        {subject !== null && <SubjectPanel key={subject} subject={subject} onChanged={holds.reload} />}
      </Card>
      <Card title="Legal holds">
        <ErrorAlert error={holds.error} />
        {holds.value?.length === 0 && <Empty>Nothing is held.</Empty>}
        {holds.value !== null && holds.value.length > 0 && <HoldsTable holds={holds.value} onChanged={holds.reload} />}
      </Card>
    </Page>
  );
}
