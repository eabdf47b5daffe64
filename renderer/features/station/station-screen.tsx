import { useMemo } from 'react';
import type { Health } from '../../../shared/health.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { BackupCard } from './backup-card.tsx';
import { CertificateCard } from './certificate-card.tsx';
import { ChecklistsCard } from './checklists-card.tsx';
import { DirectoryCard } from './directory-card.tsx';
import { KeysCard } from './keys-card.tsx';
import { LabelPrinterCard } from './label-printer-card.tsx';
import { LetterheadCard } from './letterhead-card.tsx';
import { SyncCard } from './sync-card.tsx';
import { TimestampsCard } from './timestamps-card.tsx';

const keystoreWords: Record<Health['keystore'], string> = {
  os: 'Keyring of the operating system',
  file: 'A file on this disk: weaker than the keyring of the operating system',
  memory: 'Memory only: keys are gone when the bench stops',
};

export function StationScreen() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['health.get']() }), [api]);
  const { value: health, error, reload } = useLive(source);
  return (
    <Page title="Station">
      <ErrorAlert error={error} />
      {health !== null && <Warnings health={health} />}
      <div className="columns">
        <StationCard health={health} />
        <SyncCard />
        {can('user.manage') && <DirectoryCard />}
        {health !== null && <KeysCard keys={health.keys} onReplaced={reload} />}
        {can('station.manage') && <BackupCard />}
        {can('report.read') && <CertificateCard />}
        {can('report.read') && <TimestampsCard />}
        {can('report.read') && <LetterheadCard />}
        <ChecklistsCard />
        <LabelPrinterCard />
      </div>
    </Page>
  );
}

function Warnings({ health: { warnings } }: { health: Health }) {
  if (warnings.length === 0) return <StatusMark tone="good">All is well on this station.</StatusMark>;
  return (
    <Card title="What to know">
      <ul className="plain">
        {warnings.map(warning => (
          <li key={warning}>
            <StatusMark tone="attention">{warning}</StatusMark>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function StationCard({ health }: { health: Health | null }) {
  const { info } = useBench();
  return (
    <Card title="This station">
      <dl className="facts">
        <dt>Site</dt>
        <dd>{info.siteName ?? 'not named'}</dd>
        <dt>Station</dt>
        <dd>{info.stationName ?? 'not named'}</dd>
        <dt>Tickets begin with</dt>
        <dd className="mono">{info.prefix}</dd>
        <dt>Station id</dt>
        <dd className="mono">{info.stationId}</dd>
        <dt>Version</dt>
        <dd>{info.version}</dd>
        <dt>Mode</dt>
        <dd>{info.training ? 'TRAINING: virtual devices, documents are watermarked' : 'Production'}</dd>
        {health !== null && (
          <>
            <dt>Started</dt>
            <dd>{fullTime(health.startedAt)}</dd>
            <dt>Keystore</dt>
            <dd>
              <StatusMark tone={health.keystore === 'os' ? 'good' : 'attention'}>
                {keystoreWords[health.keystore]}
              </StatusMark>
            </dd>
            <dt>Erasure tool</dt>
            <dd>
              <StatusMark tone={health.eraseTool.available ? 'good' : 'bad'}>{health.eraseTool.detail}</StatusMark>
            </dd>
            <dt>Journal</dt>
            <dd>
              {health.journal.size} entries, {health.journal.cosignedSize} cosigned
            </dd>
          </>
        )}
      </dl>
    </Card>
  );
}
