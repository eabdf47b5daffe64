import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { Report } from '../../shared/reports.ts';
import { useBench } from '../state/bench.tsx';
import { useAction } from '../state/use-action.ts';
import { blobOf, saveBlob } from './bytes.ts';
import { ErrorAlert } from './error-alert.tsx';
import { StatusMark } from './status-mark.tsx';
import { fullTime } from './time.ts';
import { erasureTones } from './tones.ts';
import { erasureWords, languageWords, scopeWords, variantWords } from './words.ts';

/** One issued document with its signed PDF, or a number that stayed void. */
export function ReportLine({ report }: { report: Report }) {
  return (
    <div className="report-line">
      <div>
        <strong>
          No. {report.sequence} · {report.ticket}
        </strong>
        <span className="dimmed">
          {scopeWords[report.scope]}, {variantWords[report.variant]}, {languageWords[report.language]},{' '}
          {fullTime(report.issuedAt)}
          {report.supersedes !== null && `, supersedes no. ${report.supersedes}`}
        </span>
        {report.erasureStatus !== null && (
          <StatusMark tone={erasureTones[report.erasureStatus]}>{erasureWords[report.erasureStatus]}</StatusMark>
        )}
        <StatusMark tone={report.witnessed ? 'good' : 'quiet'}>
          {report.witnessed ? 'Journal cosigned by the server' : 'Not cosigned yet'}
        </StatusMark>
        {report.stampedAt !== null && <StatusMark tone="good">Time-stamped {fullTime(report.stampedAt)}</StatusMark>}
      </div>
      {report.state === 'void' ? <StatusMark tone="bad">Void number</StatusMark> : <DownloadButton report={report} />}
    </div>
  );
}

function DownloadButton({ report }: { report: Report }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();

  async function download(): Promise<void> {
    const { fileName, contentBase64 } = await api['reports.download']({ reportId: report.id });
    saveBlob(blobOf(contentBase64, 'application/pdf'), fileName);
  }

  return (
    <div>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconDownload size={20} aria-hidden />}
        aria-label={`PDF of report ${report.sequence}, ${report.ticket}`}
        onClick={() => void run(download)}
      >
        PDF
      </Button>
      <ErrorAlert error={error} />
    </div>
  );
}
