import { Button, Group, NumberInput } from '@mantine/core';
import { IconDownload, IconPrinter, IconTag } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { blobOf, saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';

type Preview = { svg: string; pdfBase64: string; fileName: string };

/** The device's label: looked at first, then printed or saved. */
export function JobLabel({ job }: { job: Job }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [preview, setPreview] = useState<Preview | null>(null);
  const show = () => void run(async () => setPreview(await api['labels.preview']({ jobId: job.id })));
  return (
    <details className="fold" onToggle={event => event.currentTarget.open && show()}>
      <summary>Label</summary>
      <ErrorAlert error={error} />
      {preview === null && busy && <p className="dimmed">Drawing the label …</p>}
      {preview !== null && (
        <>
          <img
            className="label-preview"
            src={`data:image/svg+xml;utf8,${encodeURIComponent(preview.svg)}`}
            alt={`Label of ${job.ticket}`}
          />
          <PrintLine job={job} preview={preview} />
        </>
      )}
    </details>
  );
}

function PrintLine({ job, preview }: { job: Job; preview: Preview }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [copies, setCopies] = useState(1);
  const [told, setTold] = useState<string | null>(null);
  const source = useMemo(() => ({ load: () => api['labels.settings']() }), [api]);
  const { value: settings } = useLive(source);
  const hasPrinter = settings?.printer !== null && settings !== null;

  function print(): void {
    setTold(null);
    void run(async () => {
      const { reprint } = await api['labels.print']({ jobId: job.id, copies });
      setTold(reprint ? 'Sent to the printer again; the journal says so.' : 'Sent to the printer.');
    });
  }

  return (
    <>
      <Group gap="xs" align="end" wrap="wrap">
        {hasPrinter && (
          <>
            <NumberInput
              label="Copies"
              size="md"
              w={90}
              min={1}
              max={10}
              value={copies}
              onChange={value => setCopies(Number(value) || 1)}
            />
            <Button loading={busy} leftSection={<IconPrinter size={20} aria-hidden />} onClick={print}>
              Print the label
            </Button>
          </>
        )}
        <Button
          variant="default"
          leftSection={<IconDownload size={20} aria-hidden />}
          onClick={() => saveBlob(blobOf(preview.pdfBase64, 'application/pdf'), preview.fileName)}
        >
          Save as PDF
        </Button>
      </Group>
      {!hasPrinter && (
        <p className="dimmed">
          <IconTag size={16} aria-hidden /> No label printer is set up; an admin does so under Station.
        </p>
      )}
      <ErrorAlert error={error} />
      {told !== null && <StatusMark tone="good">{told}</StatusMark>}
    </>
  );
}
