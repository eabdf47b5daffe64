import { Button } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useState } from 'react';
import type { KeyAge, KeyKind } from '../../../shared/keys.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark, type Tone } from '../../ui/status-mark.tsx';
import { day } from '../../ui/time.ts';

const kindWords: Record<KeyKind, string> = {
  log: 'Journal',
  server: 'Central server',
  subjects: 'Personal data',
  databases: 'Databases',
};

const tones: Record<KeyAge['state'], Tone> = { good: 'good', soon: 'attention', overdue: 'bad' };
const dueWords: Record<KeyAge['state'], string> = { good: 'Due', soon: 'Due soon,', overdue: 'Overdue since' };

/** How old the station's keys are, and the act that replaces them. */
export function KeysCard({ keys, onReplaced }: { keys: readonly KeyAge[]; onReplaced: () => void }) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  /** Why some stay as they are, null when all were replaced. */
  const [left, setLeft] = useState<string | null | undefined>(undefined);

  async function replace(): Promise<void> {
    setLeft(undefined);
    setLeft((await api['keys.rotate']()).left);
    onReplaced();
  }

  return (
    <Card title="Keys of this station">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">Key</th>
            <th scope="col">In use since</th>
            <th scope="col">Replacement</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ kind, since, dueAt, state }) => (
            <tr key={kind}>
              <th scope="row">{kindWords[kind]}</th>
              <td className="nowrap">{day(since)}</td>
              <td>
                <StatusMark tone={tones[state]}>
                  {dueWords[state]} {day(dueAt)}
                </StatusMark>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <ErrorAlert error={error} />
      {can('station.manage') ? (
        <>
          <p className="dimmed flush">
            Everything that was signed stays valid. The bench may stand still for some seconds meanwhile.
          </p>
          <Button
            variant="default"
            loading={busy}
            leftSection={<IconKey size={20} aria-hidden />}
            onClick={() => void run(replace)}
          >
            Replace the keys now
          </Button>
        </>
      ) : (
        <p className="dimmed flush">The site admin replaces them here.</p>
      )}
      <div aria-live="polite">
        {left === null && <StatusMark tone="good">All keys were replaced.</StatusMark>}
        {typeof left === 'string' && <StatusMark tone="attention">{left}</StatusMark>}
      </div>
    </Card>
  );
}
