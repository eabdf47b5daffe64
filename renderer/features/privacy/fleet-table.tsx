import type { FleetForget } from '../../../shared/privacy.ts';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';

const hereWords: Record<FleetForget['here'], string> = {
  done: 'Forgotten',
  held: 'Under legal hold',
  waiting: 'Waits for an open job, or for another admin',
};

/** What the whole fleet is to forget, and how far it is. */
export function FleetTable({ rows }: { rows: readonly FleetForget[] }) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Subject</th>
          <th scope="col">Order</th>
          <th scope="col">At this bench</th>
          <th scope="col">Across the fleet</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.subject}>
            <td>
              <code>{row.subject}</code>
            </td>
            <td>{row.order === null ? '–' : `No. ${row.order}`}</td>
            <td>
              <StatusMark tone={row.here === 'done' ? 'good' : 'attention'}>{hereWords[row.here]}</StatusMark>
            </td>
            <td>
              <Everywhere row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Everywhere({ row: { completedAt, refusal, order, waiting, held, revoked } }: { row: FleetForget }) {
  const without =
    revoked === null || revoked === 0 ? '' : `${revoked} revoked ${revoked === 1 ? 'station' : 'stations'}`;
  if (completedAt !== null && without === '')
    return <StatusMark tone="good">Forgotten everywhere, {fullTime(completedAt)}</StatusMark>;
  if (completedAt !== null)
    return (
      <StatusMark tone="attention">
        Forgotten but for {without}, {fullTime(completedAt)}
      </StatusMark>
    );
  if (refusal !== null) return <StatusMark tone="bad">{refusal}</StatusMark>;
  if (order === null) return <StatusMark tone="quiet">Not ordered yet: the server has not been reached</StatusMark>;
  if (waiting === null) return <StatusMark tone="quiet">Ordered</StatusMark>;
  const stations = `${waiting} ${waiting === 1 ? 'station' : 'stations'}`;
  return (
    <StatusMark tone="attention">
      Waits for {stations}
      {held !== null && held > 0 && `, ${held} under legal hold`}
      {without !== '' && `, not for ${without}`}
    </StatusMark>
  );
}
