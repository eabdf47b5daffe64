import { SegmentedControl, TextInput, Title } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type ReactNode, useDeferredValue, useState } from 'react';
import type { JobId } from '../../../shared/ids.ts';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { useCan } from '../../state/bench.tsx';
import { useJobs } from '../../state/sources.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Empty } from '../../ui/page.tsx';
import { JobsTable } from './jobs-table.tsx';
import { LotsCard } from './lots-card.tsx';
import { TakeOver } from './take-over.tsx';

type Props = { jobId: JobId | null; onOpenJob: (jobId: JobId | null) => void; panel: ReactNode };
type Shown = 'open' | 'done' | 'all';

const shownWords: Record<Shown, string> = { open: 'Open', done: 'Done', all: 'All' };
const mostRows = 200;

export function JobsScreen({ jobId, onOpenJob, panel }: Props) {
  const { items, error } = useJobs({ open: false });
  const can = useCan();
  const [shown, setShown] = useState<Shown>('open');
  const [search, setSearch] = useState('');
  const wanted = useDeferredValue(search.trim().toLowerCase());
  const found = (items ?? [])
    .filter(job => fits(job, shown) && matches(job, wanted))
    .sort((a, b) => b.openedAt.localeCompare(a.openedAt));
  return (
    <main className="bench" data-panel={panel !== false}>
      <div className="bench-list">
        <div className="page-head">
          <Title order={1} size="h2">
            Jobs
          </Title>
          <SegmentedControl
            size="md"
            aria-label="Show"
            value={shown}
            onChange={value => setShown(value as Shown)}
            data={Object.entries(shownWords).map(([value, label]) => ({ value, label }))}
          />
          <TextInput
            aria-label="Search by ticket, model or identifier"
            placeholder="Ticket, model or identifier"
            leftSection={<IconSearch size={20} aria-hidden />}
            value={search}
            onChange={event => setSearch(event.currentTarget.value)}
          />
          {can('job.hand_over') && <TakeOver onOpenJob={onOpenJob} />}
        </div>
        <LotsCard />
        <ErrorAlert error={error} />
        {items !== null && found.length === 0 && <Empty>No job fits.</Empty>}
        {found.length > 0 && <JobsTable jobs={found.slice(0, mostRows)} selected={jobId} onOpenJob={onOpenJob} />}
        {found.length > mostRows && (
          <p className="dimmed">
            The newest {mostRows} of {found.length} are shown; search for the others.
          </p>
        )}
      </div>
      {panel}
    </main>
  );
}

function fits(job: Job, shown: Shown): boolean {
  const done = isOver(job.state);
  return shown === 'all' || done === (shown === 'done');
}

function matches(job: Job, wanted: string): boolean {
  if (wanted === '') return true;
  const { serial, imei, meid, eid } = job.identifiers;
  const texts = [job.ticket, job.manufacturer.value, job.model.value, serial, ...imei, meid, eid];
  return texts.some(text => text?.toLowerCase().includes(wanted));
}
