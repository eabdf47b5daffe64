import { useCallback, useEffect, useState } from 'react';
import type { BenchError } from '../../../shared/errors.ts';
import type { JournalEntry } from '../../../shared/journal.ts';
import { asBenchError } from '../../state/as-bench-error.ts';
import { useBench } from '../../state/bench.tsx';
import { useJournalStatus } from '../../state/sources.ts';

const pageSize = 100;

type Page = { entries: readonly JournalEntry[]; error: BenchError | null };

export type JournalPages = Page & {
  /** Position of the newest entry shown, from 0; null on the newest page. */
  before: number | null;
  hasOlder: boolean;
  older(): void;
  newest(): void;
};

/** One page of the journal at a time, newest first; the first page follows the journal as it grows. */
export function useJournalPages(): JournalPages {
  const { api, epoch } = useBench();
  const { value: status } = useJournalStatus();
  const [before, setBefore] = useState<number | null>(null);
  const [page, setPage] = useState<Page>({ entries: [], error: null });
  const followed = before === null ? status : null;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the newest page is read again when the journal or the line changes.
  useEffect(() => {
    let stopped = false;
    api['journal.list']({ limit: pageSize, ...(before === null ? {} : { before }) }).then(
      entries => {
        if (!stopped) setPage({ entries, error: null });
      },
      failure => {
        if (!stopped) setPage(shown => ({ ...shown, error: asBenchError(failure) }));
      },
    );
    return () => {
      stopped = true;
    };
  }, [api, before, followed, epoch]);

  const last = page.entries.at(-1)?.seq ?? 0;
  return {
    ...page,
    before,
    hasOlder: last > 0,
    older: useCallback(() => setBefore(last), [last]),
    newest: useCallback(() => setBefore(null), []),
  };
}
