import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import type { TableFile } from '../../../shared/sampling.ts';
import { useAction } from '../../state/use-action.ts';
import { blobOf, saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** Saves a table for a spreadsheet or as a signed document; the station records that it was taken. */
export function ExportButton({ kind = 'CSV', onExport }: { kind?: 'CSV' | 'PDF'; onExport: () => Promise<TableFile> }) {
  const { busy, error, run } = useAction();

  async function save(): Promise<void> {
    const { fileName, contentBase64 } = await onExport();
    saveBlob(blobOf(contentBase64, kind === 'CSV' ? 'text/csv' : 'application/pdf'), fileName);
  }

  return (
    <>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconDownload size={20} aria-hidden />}
        onClick={() => void run(save)}
      >
        Save as {kind}
      </Button>
      <ErrorAlert error={error} />
    </>
  );
}
