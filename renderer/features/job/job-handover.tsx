import { Button, Stack } from '@mantine/core';
import { useMemo } from 'react';
import type { HandoverView } from '../../../shared/handover.ts';
import type { Job } from '../../../shared/jobs.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { saveText } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { fullTime } from '../../ui/time.ts';
import { erasureWords, jobPlaceWords } from '../../ui/words.ts';

/** Where a job came from and where it went; nothing for one that began and stays here. */
export function JobHandover({ job: { id: jobId, place } }: { job: Job }) {
  const { api } = useBench();
  // biome-ignore lint/correctness/useExhaustiveDependencies: a job in another place may have been handed over.
  const source = useMemo(() => ({ load: () => api['handover.of_job']({ jobId }) }), [api, jobId, place]);
  const { value, error } = useLive(source);
  return (
    <>
      <ErrorAlert error={error} />
      {value?.taken && <Taken taken={value.taken} />}
      {value?.given && <Given jobId={jobId} given={value.given} />}
    </>
  );
}

type Of<K extends keyof HandoverView> = NonNullable<HandoverView[K]>;

function Taken({ taken }: { taken: Of<'taken'> }) {
  const { carried, entries } = taken;
  const tries = carried.attempts === 1 ? '1 attempt to erase' : `${carried.attempts} attempts to erase`;
  return (
    <Stack gap="xs" component="section" aria-label="Taken over">
      <p>
        Taken over from <strong>{taken.station ?? 'a station without a name'}</strong>, there {taken.ticket}, on{' '}
        {fullTime(taken.at)}.
      </p>
      <p className="dimmed">
        It stood at “{jobPlaceWords[carried.place]}”, {tries}
        {carried.erasure !== null && `, erasure there: ${erasureWords[carried.erasure].toLowerCase()}`}. An erase there
        does not count here.
      </p>
      <details className="fold">
        <summary>What was done there</summary>
        {entries.length === 0 && <p>The file was erased.</p>}
        <ol className="job-journal">
          {entries.map(entry => (
            <li key={entry.index}>
              <time dateTime={entry.at}>{fullTime(entry.at)}</time> <strong>{entry.type}</strong>{' '}
              <span className="dimmed">entry {entry.index}</span>
            </li>
          ))}
        </ol>
        <p className="dimmed mono prose">
          {taken.origin}
          <br />
          SHA-256 {taken.sha256}
        </p>
      </details>
    </Stack>
  );
}

function Given({ jobId, given }: { jobId: Job['id']; given: Of<'given'> }) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const again = async () => {
    const { content, fileName } = await api['handover.save']({ jobId });
    saveText(content, fileName);
  };
  return (
    <Stack gap="sm" component="section" aria-label="Handed over">
      <p>
        Handed over on {fullTime(given.at)}
        {given.target !== null && (
          <>
            {' '}
            to <strong>{given.target}</strong>
          </>
        )}
        . It goes on there, and no more here.
      </p>
      <ErrorAlert error={error} />
      {can('job.hand_over') && (
        <Button variant="default" loading={busy} onClick={() => void run(again)}>
          Save the file again
        </Button>
      )}
    </Stack>
  );
}
