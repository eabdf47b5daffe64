import { Button, Group } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useMemo } from 'react';
import type { AccessOfPerson, AccessReview } from '../../../shared/access.ts';
import type { Period } from '../../../shared/sampling.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { useTell } from '../../ui/notice.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime, shortTime } from '../../ui/time.ts';
import { roleWords } from '../../ui/words.ts';
import { ExportButton } from './export-button.tsx';

/** Who has which role, since when and what they did with it; an admin signs that they looked. */
export function AccessCard({ period }: { period: Period }) {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['access.review'](period) }), [api, period]);
  const { value: review, error, set, reload } = useLive(source);
  if (review === null) return <ErrorAlert error={error} />;
  return (
    <>
      <Card
        title="Access"
        aside={
          <Group gap="xs">
            <ExportButton onExport={() => api['access.export']({ ...period, format: 'csv' })} />
            <ExportButton kind="PDF" onExport={() => api['access.export']({ ...period, format: 'pdf' })} />
          </Group>
        }
      >
        <ErrorAlert error={error} />
        <p className="flush">{lastReviewText(review)}</p>
        <p className="flush dimmed">
          Refused sign-ins in this period that name nobody on the bench: {review.unknownAttempts}.
        </p>
        {can('access.sign_off') && <SignOff review={review} onSigned={set} onStale={reload} />}
      </Card>
      <People people={review.people} />
    </>
  );
}

function lastReviewText({ lastReview }: AccessReview): string {
  if (lastReview === null) return 'Nobody has signed off a review of access yet. It is due every quarter.';
  const { at, byName, from, to } = lastReview;
  const until = new Date(Date.parse(to) - 1).toISOString();
  return `Last signed off by ${byName ?? 'somebody erased'}, ${fullTime(at)}, for ${shortTime(from)} to ${shortTime(until)}.`;
}

type SignOffProps = { review: AccessReview; onSigned: (review: AccessReview) => void; onStale: () => void };

function SignOff({ review: { from, to, upTo, digest }, onSigned, onStale }: SignOffProps) {
  const { api } = useBench();
  const tell = useTell();
  const { busy, error, run } = useAction();

  async function sign(): Promise<void> {
    onSigned(await api['access.sign_off']({ from, to, upTo, digest }));
    tell('The review is signed off.');
  }

  return (
    <div>
      <Button
        size="lg"
        loading={busy}
        leftSection={<IconChecks aria-hidden />}
        onClick={() => void run(sign).then(done => done || onStale())}
      >
        I have looked at this: sign off
      </Button>
      <ErrorAlert error={error} />
    </div>
  );
}

const factor = (secondFactor: boolean | null) => (secondFactor === null ? 'not told' : secondFactor ? 'On' : 'Off');

function People({ people }: { people: readonly AccessOfPerson[] }) {
  const counts = {
    'Sign-ins': 'signIns',
    'Failed attempts': 'failedAttempts',
    'Passwords given again': 'stepUps',
    Refusals: 'refusals',
    Exports: 'exports',
  } as const;
  return (
    <table className="table" aria-label="People">
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col">Role</th>
          <th scope="col">Since</th>
          <th scope="col">Account</th>
          <th scope="col">Second factor</th>
          <th scope="col">Last sign-in</th>
          {Object.keys(counts).map(name => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {people.map(person => (
          <tr key={person.operator}>
            <td>
              <strong>{person.operatorName ?? 'erased'}</strong>
            </td>
            <td>{roleWords[person.role]}</td>
            <td>{person.roleSince === null ? '–' : shortTime(person.roleSince)}</td>
            <td>
              <StatusMark tone={person.active ? 'good' : 'stopped'}>
                {person.active ? 'Active' : 'Deactivated'}
              </StatusMark>
            </td>
            <td>{factor(person.secondFactor)}</td>
            <td>{person.lastSignIn === null ? 'never' : shortTime(person.lastSignIn)}</td>
            {Object.values(counts).map(count => (
              <td key={count} className="number">
                {person[count]}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
