import { Button, Group, NativeSelect, Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type ChecklistInForce, type DeviceType, Step } from '../../../shared/checklists.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { saveText } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { deviceTypeWords } from '../../ui/words.ts';
import { ChecklistEditor } from './checklist-editor.tsx';

/** What is tested on a device of each type; an admin publishes the next version. */
export function ChecklistsCard() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['checklists.get']() }), [api]);
  const { value: lists, error, reload } = useLive(source);
  const [type, setType] = useState<DeviceType>('phone');
  const list = lists?.find(each => each.type === type);
  return (
    <Card title="Check-lists of the functional test">
      <ErrorAlert error={error} />
      <NativeSelect
        label="For a"
        data={Object.entries(deviceTypeWords).map(([value, label]) => ({ value, label }))}
        value={type}
        onChange={event => setType(event.currentTarget.value === 'tablet' ? 'tablet' : 'phone')}
      />
      {list && <ListFacts list={list} />}
      {list && can('station.manage') && (
        <details className="fold">
          <summary>Edit and publish the next version</summary>
          <Editing key={`${list.type} ${list.version}`} list={list} onPublished={reload} />
        </details>
      )}
    </Card>
  );
}

function ListFacts({ list }: { list: ChecklistInForce }) {
  return (
    <>
      <p className="dimmed">
        Version {list.version},{' '}
        {list.publishedAt === null ? 'as it came with the bench' : `published ${fullTime(list.publishedAt)}`}
      </p>
      <ol>
        {list.steps.map(step => (
          <li key={step.id}>
            {step.label}
            {!step.mandatory && <span className="dimmed">, optional</span>}
            {step.limit && (
              <span className="dimmed">
                , {[step.limit.min, step.limit.max].map(end => end ?? '…').join(' to ')} {step.limit.unit}
              </span>
            )}
          </li>
        ))}
      </ol>
    </>
  );
}

function Editing({ list, onPublished }: { list: ChecklistInForce; onPublished: () => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [steps, setSteps] = useState<readonly Step[]>(list.steps);
  const [problem, setProblem] = useState<string | null>(null);

  const publish = () =>
    run(async () => {
      await api['checklists.publish']({ type: list.type, basedOn: list.version, steps: [...steps] });
      onPublished();
    });
  async function take([file]: File[]): Promise<void> {
    if (!file) return;
    const read = Step.array().safeParse(tryJson(await file.text()));
    setProblem(read.success ? null : 'This file is no check-list of a bench.');
    if (read.success) setSteps(read.data);
  }

  return (
    <Stack gap="sm">
      <p className="dimmed">
        Jobs that are being tested keep the version they began with. Names of steps stand on reports: nothing about
        people.
      </p>
      <ChecklistEditor steps={steps} onSteps={setSteps} />
      <ErrorAlert error={error} />
      {problem !== null && <p role="alert">{problem}</p>}
      <Group gap="sm">
        <Button loading={busy} onClick={() => void publish()}>
          Publish version {list.version + 1}
        </Button>
        <Button
          variant="default"
          onClick={() => saveText(JSON.stringify(steps, null, 2), `check-list-${list.type}.json`)}
        >
          Save as a file
        </Button>
      </Group>
      <FileDrop
        label="Take the steps of another bench (.json)"
        accept=".json"
        busy={false}
        onFiles={files => void take(files)}
      />
      {steps === list.steps && <StatusMark tone="quiet">Nothing changed yet.</StatusMark>}
    </Stack>
  );
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
