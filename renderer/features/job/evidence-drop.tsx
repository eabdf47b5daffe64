import { Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { BenchError } from '../../../shared/errors.ts';
import { EvidenceMediaType, evidenceMaxBytes } from '../../../shared/evidence.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { readBase64 } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { useEvidence } from './evidence.tsx';

const accept = EvidenceMediaType.options.join(',');

/** Stores dropped or chosen files as evidence of the job; the caption falls back to the stage. */
export function EvidenceDrop({ job, label }: { job: Job; label: string }) {
  const { api } = useBench();
  const { reload } = useEvidence();
  const { busy, error, run } = useAction();
  const [caption, setCaption] = useState('');

  async function store(files: readonly File[]): Promise<void> {
    for (const file of files) {
      if (file.size > evidenceMaxBytes) throw new BenchError('evidence_refused', 'The file is larger than 25 MB.');
      await api['evidence.add']({
        jobId: job.id,
        caption: caption.trim() || `Taken during ${job.state}`,
        contentBase64: await readBase64(file),
      });
    }
    setCaption('');
  }

  return (
    <Stack gap="xs">
      <TextInput
        label="Caption of the evidence"
        value={caption}
        maxLength={500}
        onChange={event => setCaption(event.currentTarget.value)}
      />
      <FileDrop
        label={label}
        accept={accept}
        busy={busy}
        onFiles={files => void run(() => store(files)).finally(reload)}
      />
      <ErrorAlert error={error} />
    </Stack>
  );
}
