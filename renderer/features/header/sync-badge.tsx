import { routeHref } from '../../state/route.ts';
import { useJournalStatus, useSyncStatus } from '../../state/sources.ts';
import { StatusMark } from '../../ui/status-mark.tsx';
import { shortTime } from '../../ui/time.ts';
import { syncTones } from '../../ui/tones.ts';
import { syncWords } from '../../ui/words.ts';

/** How much of the journal waits for the central server; leads to the station page. */
export function SyncBadge() {
  const { value: sync } = useSyncStatus();
  const { value: journal } = useJournalStatus();
  if (sync === null || journal === null) return <span className="sync-badge" />;
  const pending = journal.size - journal.cosignedSize;
  const since = journal.notCosignedSince;
  const waits =
    pending === 0 ? 'all cosigned' : `${pending} not cosigned${since === null ? '' : ` · since ${shortTime(since)}`}`;
  return (
    <a className="sync-badge" href={routeHref({ screen: 'station', id: null })} title={sync.lastAnswer ?? undefined}>
      <StatusMark tone={syncTones[sync.state]}>
        {syncWords[sync.state]}
        <small>{waits}</small>
      </StatusMark>
    </a>
  );
}
