import { useMemo, useState } from 'react';
import type { FleetForget, SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card, Empty, Page } from '../../ui/page.tsx';
import { FleetTable } from './fleet-table.tsx';
import { HoldsTable } from './holds-table.tsx';
import { RequestsTable } from './requests-table.tsx';
import { SubjectPanel } from './subject-panel.tsx';
import { SubjectPicker } from './subject-picker.tsx';

/** Requests of people about their data, and legal holds against forgetting. */
export function PrivacyScreen() {
  const { api } = useBench();
  const [subject, setSubject] = useState<SubjectId | null>(null);
  const holdsSource = useMemo(() => ({ load: () => api['privacy.holds']() }), [api]);
  const holds = useLive(holdsSource);
  const requestsSource = useMemo(() => ({ load: () => api['privacy.requests']() }), [api]);
  const requests = useLive(requestsSource);
  const fleetSource = useMemo(
    () => ({
      load: () => api['privacy.fleet'](),
      subscribe: (listener: (rows: FleetForget[]) => void) =>
        // Every step of an order is recorded; a failure shows when the screen is opened again.
        api.on('journal.changed', () => void api['privacy.fleet']().then(listener, () => {})),
    }),
    [api],
  );
  const fleet = useLive(fleetSource);
  const changed = () => {
    holds.reload();
    fleet.reload();
    requests.reload();
  };
  return (
    <Page title="Privacy">
      <Card title="A person or a device">
        <SubjectPicker onPick={setSubject} />
        {subject !== null && <SubjectPanel key={subject} subject={subject} onChanged={changed} />}
      </Card>
      <Card title="People who asked to be forgotten">
        <ErrorAlert error={requests.error} />
        {requests.value?.length === 0 && <Empty>Nobody is waiting.</Empty>}
        {requests.value !== null && requests.value.length > 0 && (
          <RequestsTable requests={requests.value} onPick={setSubject} />
        )}
      </Card>
      <Card title="Legal holds">
        <ErrorAlert error={holds.error} />
        {holds.value?.length === 0 && <Empty>Nothing is held.</Empty>}
        {holds.value !== null && holds.value.length > 0 && <HoldsTable holds={holds.value} onChanged={changed} />}
      </Card>
      <Card title="Forgotten across the fleet">
        <ErrorAlert error={fleet.error} />
        {fleet.value?.length === 0 && (
          <Empty>
            Nothing was ordered. What is forgotten here is ordered at every other station once there is a server.
          </Empty>
        )}
        {fleet.value !== null && fleet.value.length > 0 && <FleetTable rows={fleet.value} />}
      </Card>
    </Page>
  );
}
