import { TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useCan } from '../../state/bench.tsx';
import { useReports } from '../../state/sources.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Empty, Page } from '../../ui/page.tsx';
import { ReportLine } from '../../ui/report-line.tsx';
import { ExportCard } from './export-card.tsx';
import { VerifyCard } from './verify-card.tsx';

const mostRows = 200;

export function ReportsScreen() {
  const can = useCan();
  const { items, error } = useReports();
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const found = (items ?? [])
    .filter(report => report.ticket.toLowerCase().includes(wanted) || String(report.sequence) === wanted)
    .sort((a, b) => b.sequence - a.sequence);
  return (
    <Page
      title="Reports"
      aside={
        <TextInput
          aria-label="Search by ticket or number"
          placeholder="Ticket or number"
          leftSection={<IconSearch size={20} aria-hidden />}
          value={search}
          onChange={event => setSearch(event.currentTarget.value)}
        />
      }
    >
      <ErrorAlert error={error} />
      <VerifyCard />
      {can('report.export') && <ExportCard />}
      {items !== null && found.length === 0 && <Empty>No report. Reports are issued from the job.</Empty>}
      <ul className="reports card-list">
        {found.slice(0, mostRows).map(report => (
          <li key={report.id} className="card">
            <ReportLine report={report} />
          </li>
        ))}
      </ul>
      {found.length > mostRows && <p className="dimmed">The newest {mostRows} are shown; search for the others.</p>}
    </Page>
  );
}
