import type { Job } from '../../../shared/jobs.ts';
import { useCan } from '../../state/bench.tsx';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EvidencePictures } from '../../ui/evidence-pictures.tsx';
import { useEvidence } from './evidence.tsx';
import { EvidenceDrop } from './evidence-drop.tsx';

export function EvidenceSection({ job }: { job: Job }) {
  const can = useCan();
  const { value: items, error } = useEvidence();
  return (
    <details className="fold">
      <summary>Evidence{items !== null && ` (${items.length})`}</summary>
      <ErrorAlert error={error} />
      {items?.length === 0 && <p className="dimmed">No evidence yet.</p>}
      {items !== null && <EvidencePictures items={items} />}
      {can('evidence.add') && <EvidenceDrop job={job} label="Add a picture, video or PDF" />}
    </details>
  );
}
