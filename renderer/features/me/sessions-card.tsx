import { Button } from '@mantine/core';
import type { Me } from '../../../shared/me.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { fullTime } from '../../ui/time.ts';

/** Where one is signed in on this bench. */
export function SessionsCard({ me, onChanged }: { me: Me; onChanged: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  return (
    <Card title="My sessions">
      <ul className="plain-list">
        {me.sessions.map(({ session, here, startedAt, locked, byBadge }) => (
          <li key={session} className="session-line">
            <span>
              Since {fullTime(startedAt)}
              {byBadge && ', by badge'}
              {locked && ', locked'}
              {here && ' – this one'}
            </span>
            {!here && (
              <Button
                variant="default"
                loading={busy}
                onClick={() => void run(() => api['me.end_session']({ session }).then(onChanged))}
              >
                End it
              </Button>
            )}
          </li>
        ))}
      </ul>
      <ErrorAlert error={error} />
    </Card>
  );
}
