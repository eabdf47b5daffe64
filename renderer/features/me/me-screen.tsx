import { useMemo } from 'react';
import type { Session } from '../../../shared/identity.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { ChangePasswordForm } from '../entry/due-pages.tsx';
import { AboutMe } from './about-me.tsx';
import { BadgeCard } from './badge-card.tsx';
import { FactorCard } from './factor-card.tsx';
import { LanguageCard } from './language-card.tsx';
import { OwnDataCard } from './own-data-card.tsx';
import { SessionsCard } from './sessions-card.tsx';

/** What the bench keeps about the person who is signed in, and what they change themselves. */
export function MeScreen({ onSession }: { onSession: (session: Session | null) => void }) {
  const { api, session } = useBench();
  const source = useMemo(() => ({ load: () => api['me.get']() }), [api]);
  const { value: me, error, reload } = useLive(source);

  function changed(next: Session | null): void {
    onSession(next);
    reload();
  }

  return (
    <Page title="Me">
      <ErrorAlert error={error} />
      {me !== null && (
        <div className="me-cards">
          <AboutMe me={me} />
          <FactorCard me={me} onChanged={reload} />
          <Card title="Password">
            <ChangePasswordForm api={api} session={session} onChanged={changed} />
          </Card>
          {session.role === 'technician' && <BadgeCard me={me} onChanged={reload} />}
          <SessionsCard me={me} onChanged={reload} />
          <LanguageCard me={me} onChanged={reload} />
          <OwnDataCard />
        </div>
      )}
    </Page>
  );
}
