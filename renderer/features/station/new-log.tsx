import { Button, Stack } from '@mantine/core';
import type { SyncStatus } from '../../../shared/sync.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

type Props = { sync: SyncStatus; onSync: (sync: SyncStatus) => void };

/** Says that the journal cannot be gone on with, and lets an admin open a new log; nothing while it is in order. */
export function NewLog({ sync, onSync }: Props) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  if (sync.newLog === 'no') return null;
  if (sync.newLog === 'at_next_start')
    return (
      <p className="prose">
        The next start opens a new log. Finish what runs, close the bench and start it again; then enrol it with a code
        that an admin of the server made for this station.
      </p>
    );
  return (
    <Stack gap="sm">
      <p className="prose">
        This journal cannot be gone on with: another history of it was signed, or its key is gone. A new log keeps all
        entries and says word for word what nobody had confirmed. Jobs that were begun before get no report any more:
        their devices are done again.
      </p>
      <ErrorAlert error={error} />
      {can('station.manage') ? (
        <Button
          color="red"
          loading={busy}
          onClick={() => void run(async () => onSync(await api['sync.open_new_log']()))}
        >
          Open a new log at the next start
        </Button>
      ) : (
        <p>The site admin opens a new log here.</p>
      )}
    </Stack>
  );
}
