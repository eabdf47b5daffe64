import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { EvidencePictures } from '../../ui/evidence-pictures.tsx';
import { useEvidence } from './evidence.tsx';
import { EvidenceDrop } from './evidence-drop.tsx';

export function EvidenceSection({ job }: { job: Job }) {
  const { api } = useBench();
  const can = useCan();
  const { value: items, error, set } = useEvidence();
  const { busy, error: failure, run } = useAction();
  const closed = isOver(job.state);
  const broken = items?.some(item => item.condition !== 'whole' && item.supersededBy === null) ?? false;
  return (
    <details className="fold" open={broken}>
      <summary>Evidence{items !== null && ` (${items.length})`}</summary>
      <ErrorAlert error={error} />
      {items?.length === 0 && <p className="dimmed">No evidence yet.</p>}
      {items !== null && (
        <EvidencePictures
          items={items}
          below={item =>
            !closed &&
            can('evidence.add') &&
            item.supersededBy === null && (
              <details className="fold">
                <summary>Put a better one in its place</summary>
                <EvidenceDrop job={job} label="The better picture, video or PDF" supersedes={item.id} />
              </details>
            )
          }
        />
      )}
      {items !== null && items.length > 0 && (
        <Button
          variant="default"
          loading={busy}
          leftSection={<IconShieldCheck size={20} aria-hidden />}
          onClick={() => void run(async () => set(await api['evidence.check']({ jobId: job.id })))}
        >
          Check every file against the journal
        </Button>
      )}
      <ErrorAlert error={failure} />
      {!closed && can('evidence.add') && <EvidenceDrop job={job} label="Add a picture, video or PDF" />}
      {closed && can('evidence.correct') && <EvidenceDrop job={job} label="Add a correction" correction />}
      {closed && !can('evidence.correct') && can('evidence.add') && (
        <p className="dimmed">The job is closed. A supervisor can add a correction, with a reason.</p>
      )}
    </details>
  );
}
