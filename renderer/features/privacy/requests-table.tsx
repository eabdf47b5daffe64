import { Button } from '@mantine/core';
import type { ForgetRequest, SubjectId } from '../../../shared/privacy.ts';
import { fullTime } from '../../ui/time.ts';

type Props = { requests: readonly ForgetRequest[]; onPick: (subject: SubjectId) => void };

export function RequestsTable({ requests, onPick }: Props) {
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col">Asked</th>
          <th scope="col">Legal hold</th>
          <th scope="col">
            <span className="unseen">Acts</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {requests.map(({ subject, name, askedAt, held }) => (
          <tr key={subject}>
            <td>{name ?? <code>{subject}</code>}</td>
            <td>{fullTime(askedAt)}</td>
            <td>{held ? 'Held: release it first' : 'None'}</td>
            <td>
              <Button variant="default" onClick={() => onPick(subject)}>
                Look at {name ?? 'it'}
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
