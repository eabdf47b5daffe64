import { Button, Group, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import type { Job } from '../../../shared/jobs.ts';
import { ReportScope, ReportVariant } from '../../../shared/reports.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useReports } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { ReportLine } from '../../ui/report-line.tsx';
import { scopeWords, variantWords } from '../../ui/words.ts';

const scopes = ReportScope.options.map(value => ({ value, label: scopeWords[value] }));
const variants = ReportVariant.options.map(value => ({ value, label: variantWords[value] }));

export function JobReports({ job }: { job: Job }) {
  const { api } = useBench();
  const can = useCan();
  const { items, error: listError } = useReports(job.id);
  const { busy, error, run } = useAction();
  const [scope, setScope] = useState<ReportScope>('master');
  const [variant, setVariant] = useState<ReportVariant>('customer');
  const finished = job.state === 'completed' || job.state === 'failed';
  const newestFirst = (items ?? []).toSorted((a, b) => b.sequence - a.sequence);
  return (
    <details className="fold" open={finished}>
      <summary>Reports{items !== null && ` (${items.length})`}</summary>
      {can('report.issue') && (
        <Group gap="xs" align="end" wrap="wrap">
          <NativeSelect
            label="Report"
            data={scopes}
            value={scope}
            onChange={event => setScope(ReportScope.parse(event.currentTarget.value))}
          />
          <NativeSelect
            label="For"
            data={variants}
            value={variant}
            onChange={event => setVariant(ReportVariant.parse(event.currentTarget.value))}
          />
          <Button
            loading={busy}
            onClick={() => void run(() => api['reports.issue']({ jobId: job.id, scope, variant }))}
          >
            Issue the report
          </Button>
        </Group>
      )}
      <ErrorAlert error={error ?? listError} />
      <ul className="reports">
        {newestFirst.map(report => (
          <li key={report.id}>
            <ReportLine report={report} />
          </li>
        ))}
      </ul>
    </details>
  );
}
