import { Button, Group, NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { ReportLanguage, ReportScope, ReportVariant } from '../../../shared/reports.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useReports } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { ReportLine } from '../../ui/report-line.tsx';
import { languageChoices, scopeWords, variantWords } from '../../ui/words.ts';

const scopes = ReportScope.options.map(value => ({ value, label: scopeWords[value] }));
const variants = ReportVariant.options.map(value => ({ value, label: variantWords[value] }));

export function JobReports({ job }: { job: Job }) {
  const { api, session } = useBench();
  const can = useCan();
  const { items, error: listError } = useReports(job.id);
  const { busy, error, run } = useAction();
  const [scope, setScope] = useState<ReportScope>('master');
  const [variant, setVariant] = useState<ReportVariant>('customer');
  const [chosen, setChosen] = useState<ReportLanguage | null>(null);
  const source = useMemo(() => ({ load: () => api['reports.letterhead']() }), [api]);
  const { value: letterhead } = useLive(source);
  const mine = variant === 'internal' ? session.language : null;
  const language = chosen ?? mine ?? letterhead?.language ?? 'en';
  const finished = isOver(job.state);
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
          <NativeSelect
            label="In"
            data={languageChoices}
            value={language}
            onChange={event => setChosen(ReportLanguage.parse(event.currentTarget.value))}
          />
          <Button
            loading={busy}
            onClick={() => void run(() => api['reports.issue']({ jobId: job.id, scope, variant, language }))}
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
