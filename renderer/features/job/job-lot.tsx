import { NativeSelect } from '@mantine/core';
import { useMemo } from 'react';
import { LotId } from '../../../shared/ids.ts';
import { isOver, type Job } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useLots } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';

/** The lot that the device of a job came with. */
export function JobLot({ job }: { job: Job }) {
  const { api } = useBench();
  const can = useCan();
  const { items } = useLots();
  const source = useMemo(() => ({ load: () => api['lots.of_job']({ jobId: job.id }) }), [api, job.id]);
  const { value: lot, reload } = useLive(source);
  const { busy, error, run } = useAction();
  const over = isOver(job.state);
  const open = (items ?? []).filter(each => each.state === 'open' || each.id === lot?.id);
  if (open.length === 0) return null;
  const label = (name: string | null, customer: string | null) => `${name ?? 'forgotten'} · ${customer ?? 'forgotten'}`;
  if (over || !can('job.work')) return lot && <p className="dimmed">Lot {label(lot.lotName, lot.customerName)}</p>;

  function assign(value: string): void {
    void run(async () => {
      await api['lots.assign']({ jobId: job.id, lotId: value === '' ? null : LotId.parse(value) });
      reload();
    });
  }

  return (
    <>
      <NativeSelect
        label="Lot"
        disabled={busy}
        value={lot?.id ?? ''}
        data={[
          { value: '', label: 'None' },
          ...open.map(({ id, lotName, customerName }) => ({ value: id, label: label(lotName, customerName) })),
        ]}
        onChange={event => assign(event.currentTarget.value)}
      />
      <ErrorAlert error={error} />
    </>
  );
}
