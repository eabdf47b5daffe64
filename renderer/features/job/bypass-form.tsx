import { Button, NativeSelect, Stack, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { BypassReason } from '../../../shared/approvals.ts';
import type { EvidenceId } from '../../../shared/ids.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EvidencePictures } from '../../ui/evidence-pictures.tsx';
import { useTell } from '../../ui/notice.tsx';
import { bypassReasonWords } from '../../ui/words.ts';
import { useEvidence } from './evidence.tsx';
import { EvidenceDrop } from './evidence-drop.tsx';

const reasons = BypassReason.options.map(value => ({ value, label: bypassReasonWords[value] }));

/** Asks a second person to let the job go on without a tool-verified erase; folded until wanted. */
export function BypassForm({ job }: { job: Job }) {
  const { api } = useBench();
  const { value: evidence, error: evidenceError } = useEvidence();
  const { busy, error, run } = useAction();
  const tell = useTell();
  const [reason, setReason] = useState<BypassReason | null>(null);
  const [done, setDone] = useState('');
  const [left, setLeft] = useState<readonly EvidenceId[]>([]);
  const usable = (evidence ?? []).filter(item => item.supersededBy === null && item.condition === 'whole');
  const chosen = usable.filter(item => !left.includes(item.id));

  async function request(wanted: BypassReason): Promise<void> {
    await api['approvals.request']({
      jobId: job.id,
      reason: wanted,
      done,
      evidenceIds: chosen.map(item => item.id),
    });
    tell('The request waits for a supervisor.');
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (reason !== null) void run(() => request(reason));
  }

  return (
    <details className="fold">
      <summary>Request a manual bypass</summary>
      <form onSubmit={submit} aria-label="Manual bypass">
        <Stack gap="sm">
          <NativeSelect
            label="Why can the tool not erase it?"
            required
            value={reason ?? ''}
            onChange={event => setReason(BypassReason.nullable().catch(null).parse(event.currentTarget.value))}
            data={[{ value: '', label: 'Choose …', disabled: true }, ...reasons]}
          />
          <Textarea
            label="What was done instead?"
            description="At least ten characters. It is printed on the certificate."
            required
            minLength={10}
            maxLength={5000}
            value={done}
            onChange={event => setDone(event.currentTarget.value)}
          />
          <EvidenceDrop job={job} label="Add a picture, video or PDF as evidence" />
          <EvidencePictures
            items={usable}
            chosen={chosen.map(item => item.id)}
            onToggle={id => setLeft(before => (before.includes(id) ? before.filter(i => i !== id) : [...before, id]))}
          />
          <ErrorAlert error={error ?? evidenceError} />
          <Button type="submit" size="lg" loading={busy} disabled={chosen.length === 0}>
            {chosen.length === 0 ? 'Add at least one piece of evidence' : 'Request the bypass'}
          </Button>
        </Stack>
      </form>
    </details>
  );
}
