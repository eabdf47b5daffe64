import { Button } from '@mantine/core';
import type { AuthorityStatus, IssuedCertificate } from '../../../shared/authority.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { shortTime } from '../../ui/time.ts';

type Props = { issued: readonly IssuedCertificate[]; onStatus: (status: AuthorityStatus) => void };

/** What this bench's authority issued; each can be taken back. */
export function IssuedTable({ issued, onStatus }: Props) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  if (issued.length === 0) return null;
  return (
    <>
      <ErrorAlert error={error} />
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Station</th>
            <th scope="col">Issued</th>
            <th scope="col">Serial number</th>
            <th scope="col">State</th>
          </tr>
        </thead>
        <tbody>
          {issued.map(({ serial, station, issuedAt, revokedAt }) => (
            <tr key={serial}>
              <td>{station}</td>
              <td>{shortTime(issuedAt)}</td>
              <td className="mono">{serial.slice(0, 16)}…</td>
              <td>
                {revokedAt === null ? (
                  <Button
                    variant="default"
                    size="xs"
                    disabled={busy}
                    aria-label={`Revoke the certificate of ${station}, ${serial.slice(0, 8)}`}
                    onClick={() => void run(async () => onStatus(await api['authority.revoke']({ serial })))}
                  >
                    Revoke
                  </Button>
                ) : (
                  <StatusMark tone="bad">Revoked {shortTime(revokedAt)}</StatusMark>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
