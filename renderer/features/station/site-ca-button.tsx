import { Button } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

export function SiteCaButton() {
  const { api } = useBench();
  const { busy, error, run } = useAction();

  async function download(): Promise<void> {
    const { pem } = await api['reports.site_ca']();
    saveBlob(new Blob([pem], { type: 'application/x-pem-file' }), 'site-ca.pem');
  }

  return (
    <>
      <Button
        variant="default"
        loading={busy}
        leftSection={<IconDownload size={20} aria-hidden />}
        onClick={() => void run(download)}
      >
        Download site-ca.pem
      </Button>
      <ErrorAlert error={error} />
    </>
  );
}
