import { Text } from '@mantine/core';
import type { BenchError } from '../../../shared/errors.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EntryCard } from './entry-card.tsx';

export function StalePage() {
  return (
    <EntryCard title="Open the printed address again">
      <Text>
        The bench does not know this page any more, most likely because it was started again. Open the address that the
        bench prints when it starts; nothing that was saved is lost.
      </Text>
    </EntryCard>
  );
}

export function WaitingPage({ error }: { error: BenchError | null }) {
  return (
    <EntryCard title="Connecting to the bench …">
      <ErrorAlert error={error} />
    </EntryCard>
  );
}

export function LinkBanner() {
  return (
    <div className="link-banner" role="alert">
      The bench does not answer. What you see may be old; what you typed is kept. Trying again …
    </div>
  );
}
