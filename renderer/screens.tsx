import { useCallback } from 'react';
import type { Session } from '../shared/identity.ts';
import { JobId } from '../shared/ids.ts';
import { ApprovalsScreen } from './features/approvals/approvals-screen.tsx';
import { BenchScreen } from './features/bench/bench-screen.tsx';
import { Header } from './features/header/header.tsx';
import { JobPanel } from './features/job/job-panel.tsx';
import { JobsScreen } from './features/jobs/jobs-screen.tsx';
import { JournalScreen } from './features/journal/journal-screen.tsx';
import { MeScreen } from './features/me/me-screen.tsx';
import { PrivacyScreen } from './features/privacy/privacy-screen.tsx';
import { ReportsScreen } from './features/reports/reports-screen.tsx';
import { ReviewsScreen } from './features/reviews/reviews-screen.tsx';
import { StationScreen } from './features/station/station-screen.tsx';
import { UsersScreen } from './features/users/users-screen.tsx';
import { goTo, type Route, useRoute } from './state/route.ts';

/** Everything a signed-in person sees: the header and one screen, with the opened job beside it. */
export function Screens({ onSession }: { onSession: (session: Session | null) => void }) {
  const route = useRoute();
  return (
    <div className="frame">
      <Header screen={route.screen} onSession={onSession} />
      <CurrentScreen route={route} onSession={onSession} />
    </div>
  );
}

function CurrentScreen({ route, onSession }: { route: Route; onSession: (session: Session | null) => void }) {
  const { screen } = route;
  const opened = JobId.safeParse(route.id);
  const jobId = opened.success ? opened.data : null;
  const openJob = useCallback((id: JobId | null) => goTo({ screen, id }), [screen]);
  const panel = jobId !== null && <JobPanel key={jobId} jobId={jobId} onClose={() => openJob(null)} />;
  switch (screen) {
    case 'bench':
      return <BenchScreen jobId={jobId} onOpenJob={openJob} panel={panel} />;
    case 'jobs':
      return <JobsScreen jobId={jobId} onOpenJob={openJob} panel={panel} />;
    case 'approvals':
      return <ApprovalsScreen />;
    case 'journal':
      return <JournalScreen />;
    case 'reports':
      return <ReportsScreen />;
    case 'reviews':
      return <ReviewsScreen />;
    case 'users':
      return <UsersScreen />;
    case 'privacy':
      return <PrivacyScreen />;
    case 'me':
      return <MeScreen onSession={onSession} />;
    case 'station':
      return <StationScreen />;
  }
}
