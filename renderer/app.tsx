import { type ReactNode, useState } from 'react';
import type { Session } from '../shared/identity.ts';
import type { Api, Station } from './api.ts';
import { FactorPage, NewPasswordPage, NoticePage } from './features/entry/due-pages.tsx';
import { LinkBanner, StalePage, WaitingPage } from './features/entry/link-pages.tsx';
import { LockedPage } from './features/entry/locked-page.tsx';
import { SetUpPage } from './features/entry/set-up-page.tsx';
import { SignInPage } from './features/entry/sign-in-page.tsx';
import { Screens } from './screens.tsx';
import { BenchProvider } from './state/bench.tsx';
import { StepUpProvider } from './state/step-up.tsx';
import { type Entry, useEntry } from './state/use-entry.ts';
import { useTouch } from './state/use-touch.ts';
import { NoticeProvider } from './ui/notice.tsx';

export function App({ station }: { station: Station }) {
  const entry = useEntry(station);
  useTouch(station.api, entry.session !== null && !entry.session.locked);
  return (
    <StepUpProvider api={station.api}>
      <NoticeProvider>
        {entry.link === 'lost' && <LinkBanner />}
        <Gate station={station} entry={entry} />
      </NoticeProvider>
    </StepUpProvider>
  );
}

function Gate({ station: { api }, entry: { link, info, session, epoch, error, enter } }: GateProps) {
  if (link === 'stale') return <StalePage />;
  if (info === null) return <WaitingPage error={error} />;
  if (!info.setUp) return <SetUpPage api={api} onEntered={enter} />;
  if (session === null) return <SignInPage api={api} info={info} onEntered={enter} />;
  return (
    <>
      {session.locked && <LockedPage api={api} session={session} onChanged={enter} />}
      {/* Kept while locked, so that nothing typed is lost; another person starts afresh. */}
      <div key={session.operatorId} hidden={session.locked}>
        <Due api={api} session={session} onChanged={enter}>
          <BenchProvider bench={{ api, info, session, epoch }}>
            <Screens onSession={enter} />
          </BenchProvider>
        </Due>
      </div>
    </>
  );
}

type GateProps = { station: Station; entry: Entry };

/** What a person does first after signing in, one thing after the other, before the screens. */
function Due({ api, session, onChanged, children }: DueProps) {
  const [askForFactor, setAskForFactor] = useState(session.secondFactor === 'needed');
  if (session.mustChange) return <NewPasswordPage api={api} session={session} onChanged={onChanged} />;
  if (session.noticeDue !== null) return <NoticePage api={api} version={session.noticeDue} onChanged={onChanged} />;
  if (askForFactor) return <FactorPage api={api} onDone={() => setAskForFactor(false)} />;
  return children;
}

type DueProps = {
  api: Api;
  session: Session;
  onChanged: (session: Session | null) => void;
  children: ReactNode;
};
