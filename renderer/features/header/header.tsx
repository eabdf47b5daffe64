import { Button } from '@mantine/core';
import { IconLock, IconLogout } from '@tabler/icons-react';
import type { Session } from '../../../shared/identity.ts';
import type { Permission } from '../../../shared/permissions.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { routeHref, type Screen, screens } from '../../state/route.ts';
import { useApprovals } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { roleWords } from '../../ui/words.ts';
import { ExpiryBanner } from './expiry-banner.tsx';
import { SyncBadge } from './sync-badge.tsx';
import { TrainingBanner } from './training-banner.tsx';

const screenWords: Record<Screen, string> = {
  bench: 'Bench',
  approvals: 'Approvals',
  jobs: 'Jobs',
  journal: 'Journal',
  reports: 'Reports',
  reviews: 'Reviews',
  users: 'Users',
  privacy: 'Privacy',
  station: 'Station',
  me: 'Me',
};

const needed: Record<Screen, Permission> = {
  bench: 'bench.read',
  approvals: 'bench.read',
  jobs: 'bench.read',
  journal: 'journal.read',
  reports: 'report.read',
  reviews: 'journal.read',
  users: 'user.read',
  privacy: 'privacy.manage',
  station: 'bench.read',
  me: 'bench.read',
};

type Props = { screen: Screen; onSession: (session: Session | null) => void };

export function Header({ screen, onSession }: Props) {
  const { api, info, session } = useBench();
  const { error, run } = useAction();
  return (
    <header className="header">
      {info.training && <TrainingBanner />}
      <ExpiryBanner expiresAt={session.passwordExpiresAt} />
      <div className="header-row">
        <div className="header-station">
          <strong>{info.stationName ?? info.prefix}</strong>
          <span className="dimmed">{info.siteName}</span>
        </div>
        <Navigation screen={screen} />
        <SyncBadge />
        <a
          className="header-person"
          href={routeHref({ screen: 'me', id: null })}
          aria-current={screen === 'me' ? 'page' : undefined}
        >
          <strong>
            <span className="unseen">Me: </span>
            {session.name}
          </strong>
          <span className="dimmed">{roleWords[session.role]}</span>
        </a>
        <Button
          variant="default"
          px="sm"
          leftSection={<IconLock size={20} aria-hidden />}
          onClick={() => void run(async () => onSession(await api['identity.lock']()))}
        >
          Lock
        </Button>
        <Button
          variant="default"
          px="sm"
          leftSection={<IconLogout size={20} aria-hidden />}
          onClick={() => void run(async () => onSession(await api['identity.sign_out']()))}
        >
          Sign out
        </Button>
      </div>
      <ErrorAlert error={error} />
    </header>
  );
}

function Navigation({ screen }: { screen: Screen }) {
  const can = useCan();
  const { items } = useApprovals();
  const waiting = items?.filter(approval => approval.state === 'requested').length ?? 0;
  return (
    <nav className="navigation" aria-label="Screens">
      {screens
        .filter(name => name !== 'me' && can(needed[name]))
        .map(name => (
          <a
            key={name}
            href={routeHref({ screen: name, id: null })}
            aria-current={name === screen ? 'page' : undefined}
          >
            {screenWords[name]}
            {name === 'approvals' && waiting > 0 && (
              <>
                <span className="count" aria-hidden>
                  {waiting}
                </span>
                <span className="unseen">, {waiting} waiting</span>
              </>
            )}
          </a>
        ))}
    </nav>
  );
}
