import { Group, Stack, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { BenchError } from '../../../shared/errors.ts';
import { EvidenceMediaType, evidenceMaxBytes } from '../../../shared/evidence.ts';
import type { EvidenceId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { readBase64 } from '../../ui/bytes.ts';
import { CameraButton } from '../../ui/camera.tsx';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { makeThumbnail } from '../../ui/thumbnail.ts';
import { useEvidence } from './evidence.tsx';

const accept = EvidenceMediaType.options.join(',');

type Props = {
  job: Job;
  label: string;
  /** The piece that the new one takes the place of. */
  supersedes?: EvidenceId;
  /** The job is closed: what is added is a correction and needs a reason. */
  correction?: boolean;
};

/** Stores what is dropped, chosen or taken with the camera as evidence of the job; the caption falls back to the stage. */
export function EvidenceDrop({ job, label, supersedes, correction = false }: Props) {
  const { api } = useBench();
  const { reload } = useEvidence();
  const { busy, error, run } = useAction();
  const [caption, setCaption] = useState('');
  const [reason, setReason] = useState('');

  async function store(file: File): Promise<void> {
    if (file.size > evidenceMaxBytes) throw new BenchError('evidence_refused', 'The file is larger than 25 MB.');
    if (correction && reason.trim().length < 10)
      throw new BenchError(
        'bad_input',
        'Say first why it is added after the job was closed, in at least ten characters.',
      );
    const thumbnailBase64 = await makeThumbnail(file);
    const given = {
      caption: caption.trim() || (correction ? 'Correction' : `Taken during ${job.state}`),
      contentBase64: await readBase64(file),
      ...(thumbnailBase64 === null ? {} : { thumbnailBase64 }),
    };
    if (supersedes !== undefined) await api['evidence.supersede']({ evidenceId: supersedes, ...given });
    else if (correction) await api['evidence.correct']({ jobId: job.id, reason, ...given });
    else await api['evidence.add']({ jobId: job.id, ...given });
  }

  function storeAll(files: readonly File[]): void {
    const wanted = supersedes === undefined ? files : files.slice(0, 1);
    void run(async () => {
      for (const file of wanted) await store(file);
      setCaption('');
      setReason('');
    }).finally(reload);
  }

  return (
    <Stack gap="xs">
      {correction && (
        <Textarea
          label="Why is it added after the job was closed?"
          description="At least ten characters. Everybody sees that it is a correction."
          minLength={10}
          maxLength={5000}
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
      )}
      <TextInput
        label="Caption of the evidence"
        value={caption}
        maxLength={500}
        onChange={event => setCaption(event.currentTarget.value)}
      />
      <Group gap="xs" wrap="nowrap">
        <div className="evidence-ways">
          <FileDrop label={label} accept={accept} busy={busy} onFiles={storeAll} />
        </div>
        <CameraButton busy={busy} onPicture={picture => storeAll([picture])} />
      </Group>
      <ErrorAlert error={error} />
    </Stack>
  );
}
