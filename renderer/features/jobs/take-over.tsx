import { Button, FileButton } from '@mantine/core';
import { useRef } from 'react';
import type { JobId } from '../../../shared/ids.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** Takes the file of another station in and opens the job for its device, which must be on a cable. */
export function TakeOver({ onOpenJob }: { onOpenJob: (jobId: JobId) => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const reset = useRef<() => void>(null);

  function take(file: File | null): void {
    if (!file) return;
    void run(async () => onOpenJob((await api['handover.take']({ content: await file.text() })).id));
    reset.current?.();
  }

  return (
    <>
      <FileButton resetRef={reset} accept=".json,application/json" onChange={take}>
        {props => (
          <Button {...props} variant="default" loading={busy}>
            Take over a job …
          </Button>
        )}
      </FileButton>
      <ErrorAlert error={error} />
    </>
  );
}
