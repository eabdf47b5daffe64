import type { Station } from './api.ts';
import { LinkBanner, StalePage, WaitingPage } from './features/entry/link-pages.tsx';
import { LockedPage } from './features/entry/locked-page.tsx';
import { SetUpPage } from './features/entry/set-up-page.tsx';
import { SignInPage } from './features/entry/sign-in-page.tsx';
import { Screens } from './screens.tsx';
import { BenchProvider } from './state/bench.tsx';
import { StepUpProvider } from './state/step-up.tsx';
import { type Entry, useEntry } from './state/use-entry.ts';
import { NoticeProvider } from './ui/notice.tsx';

export function App({ station }: { station: Station }) {
  const entry = useEntry(station);
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
        <BenchProvider bench={{ api, info, session, epoch }}>
          <Screens onSession={enter} />
        </BenchProvider>
      </div>
    </>
  );
}

type GateProps = { station: Station; entry: Entry };
