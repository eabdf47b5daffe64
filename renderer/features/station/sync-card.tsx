import { Button } from '@mantine/core';
import type { SyncStatus } from '../../../shared/sync.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useJournalStatus, useSyncStatus } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { syncTones } from '../../ui/tones.ts';
import { syncWords } from '../../ui/words.ts';
import { EnrolForm } from './enrol-form.tsx';
import { NewLog } from './new-log.tsx';

export function SyncCard() {
  const { api } = useBench();
  const can = useCan();
  const { value: sync, error: statusError, set } = useSyncStatus();
  const { busy, error, run } = useAction();
  return (
    <Card
      title="Central server"
      aside={sync !== null && <StatusMark tone={syncTones[sync.state]}>{syncWords[sync.state]}</StatusMark>}
    >
      {sync !== null && <SyncFacts sync={sync} />}
      {sync !== null && <NewLog sync={sync} onSync={set} />}
      <ErrorAlert error={error ?? statusError} />
      {sync !== null && sync.state !== 'not_enrolled' && (
        <Button variant="default" loading={busy} onClick={() => void run(async () => set(await api['sync.now']()))}>
          Send now
        </Button>
      )}
      {sync?.state === 'not_enrolled' && can('station.manage') && <EnrolForm onEnrolled={set} />}
      {sync?.state === 'not_enrolled' && !can('station.manage') && <p>The site admin enrols the station here.</p>}
    </Card>
  );
}

function SyncFacts({ sync }: { sync: SyncStatus }) {
  const { value: journal } = useJournalStatus();
  return (
    <dl className="facts">
      <dt>Server</dt>
      <dd className="mono">{sync.serverUrl ?? 'none'}</dd>
      <dt>Not cosigned</dt>
      <dd>
        {journal !== null && `${journal.size - journal.cosignedSize} entries`}
        {journal !== null &&
          journal.notCosignedSince !== null &&
          `, the oldest since ${fullTime(journal.notCosignedSince)}`}
      </dd>
      {sync.pendingFiles > 0 && (
        <>
          <dt>Files not sent</dt>
          <dd>{sync.pendingFiles}</dd>
        </>
      )}
      <dt>Last receipt</dt>
      <dd>{sync.lastReceiptAt === null ? 'none yet' : fullTime(sync.lastReceiptAt)}</dd>
      {sync.nextAttemptAt !== null && (
        <>
          <dt>Next attempt</dt>
          <dd>{fullTime(sync.nextAttemptAt)}</dd>
        </>
      )}
      {sync.lastAnswer !== null && (
        <>
          <dt>Last answer</dt>
          <dd className="prose">{sync.lastAnswer}</dd>
        </>
      )}
    </dl>
  );
}
