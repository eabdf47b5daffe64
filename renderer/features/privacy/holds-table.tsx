import { Button } from '@mantine/core';
import type { LegalHold } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { fullTime } from '../../ui/time.ts';

type Props = { holds: readonly LegalHold[]; onChanged: () => void };

export function HoldsTable({ holds, onChanged }: Props) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Subject</th>
          <th scope="col">Since</th>
          <th scope="col">Reason</th>
          <th scope="col">
            <span className="unseen">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {holds.map(hold => (
          <HoldRow key={hold.subject} hold={hold} onChanged={onChanged} />
        ))}
      </tbody>
    </table>
  );
}

function HoldRow({ hold, onChanged }: { hold: LegalHold; onChanged: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();

  async function release(): Promise<void> {
    await api['privacy.release_hold']({ subject: hold.subject });
    onChanged();
  }

  return (
    <tr>
      <td>
        <code>{hold.subject}</code>
      </td>
      <td>{fullTime(hold.since)}</td>
      <td>{hold.reason}</td>
      <td>
        <Button variant="default" loading={busy} onClick={() => void run(release)}>
          Release
        </Button>
        <ErrorAlert error={error} />
      </td>
    </tr>
  );
}
