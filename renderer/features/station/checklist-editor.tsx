import { ActionIcon, Button, Checkbox, Group, MultiSelect, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconTrash } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { builtInSteps, type Limit, type Step } from '../../../shared/checklists.ts';
import { DiagnosticTest } from '../../../shared/diagnostics.ts';

type EditorProps = { steps: readonly Step[]; onSteps: (steps: readonly Step[]) => void };

/** The steps of a list, to be put in order, changed, retired and added to. */
export function ChecklistEditor({ steps, onSteps }: EditorProps) {
  const move = (from: number, to: number) => {
    const next = steps.toSpliced(from, 1);
    const step = steps[from];
    if (step) onSteps(next.toSpliced(to, 0, step));
  };
  return (
    <>
      <ol className="steps" aria-label="Steps">
        {steps.map((step, index) => (
          <li key={step.id} className="step">
            <div className="step-row">
              <strong>{step.label}</strong>
              <Group gap={4} wrap="nowrap">
                <Press label={`${step.label} up`} disabled={index === 0} onClick={() => move(index, index - 1)}>
                  <IconArrowUp size={18} aria-hidden />
                </Press>
                <Press
                  label={`${step.label} down`}
                  disabled={index === steps.length - 1}
                  onClick={() => move(index, index + 1)}
                >
                  <IconArrowDown size={18} aria-hidden />
                </Press>
                <Press label={`Retire ${step.label}`} onClick={() => onSteps(steps.toSpliced(index, 1))}>
                  <IconTrash size={18} aria-hidden />
                </Press>
              </Group>
            </div>
            <StepFields step={step} onStep={changed => onSteps(steps.with(index, changed))} />
          </li>
        ))}
      </ol>
      <AddStep steps={steps} onSteps={onSteps} />
    </>
  );
}

type PressProps = { label: string; disabled?: boolean; onClick: () => void; children: React.ReactNode };

function Press({ label, disabled = false, onClick, children }: PressProps) {
  return (
    <ActionIcon size="lg" variant="default" aria-label={label} disabled={disabled} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}

function StepFields({ step, onStep }: { step: Step; onStep: (step: Step) => void }) {
  const { limit } = step;
  const setLimit = (change: Partial<Limit>) => {
    const next = { unit: '', min: null, max: null, ...limit, ...change };
    onStep({ ...step, limit: next.min === null && next.max === null && next.unit === '' ? null : next });
  };
  const end = (text: string) => (text.trim() === '' ? null : text.trim().replace(',', '.'));
  return (
    <Group gap="sm" align="end">
      <Checkbox
        label="Mandatory"
        checked={step.mandatory}
        onChange={event => onStep({ ...step, mandatory: event.currentTarget.checked })}
      />
      <TextInput
        w={90}
        label="At least"
        aria-label={`${step.label}, at least`}
        inputMode="decimal"
        value={limit?.min ?? ''}
        onChange={event => setLimit({ min: end(event.currentTarget.value) })}
      />
      <TextInput
        w={90}
        label="At most"
        aria-label={`${step.label}, at most`}
        inputMode="decimal"
        value={limit?.max ?? ''}
        onChange={event => setLimit({ max: end(event.currentTarget.value) })}
      />
      <TextInput
        w={80}
        label="Unit"
        aria-label={`${step.label}, unit`}
        value={limit?.unit ?? ''}
        onChange={event => setLimit({ unit: event.currentTarget.value })}
      />
      <MultiSelect
        flex={1}
        miw={200}
        label="Decided by tests of the tool"
        aria-label={`${step.label}, decided by`}
        data={DiagnosticTest.options.map(value => ({ value, label: value.replaceAll('_', ' ') }))}
        value={step.diagnostics}
        onChange={values => onStep({ ...step, diagnostics: DiagnosticTest.array().parse(values) })}
      />
    </Group>
  );
}

function AddStep({ steps, onSteps }: EditorProps) {
  const [label, setLabel] = useState('');
  const name = label.trim();
  const retired = builtInSteps.find(step => step.label.toLowerCase() === name.toLowerCase());
  const id = retired?.id ?? idOf(name);
  const taken = steps.some(step => step.id === id);

  function submit(event: FormEvent): void {
    event.preventDefault();
    onSteps([...steps, retired ?? { id, label: name, mandatory: true, diagnostics: [], limit: null }]);
    setLabel('');
  }
  return (
    <form onSubmit={submit} aria-label="Another step">
      <Group gap="sm" align="end">
        <TextInput
          flex={1}
          label="Another step"
          maxLength={60}
          value={label}
          error={taken ? 'This step is on the list.' : undefined}
          onChange={event => setLabel(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={taken || id.length < 2}>
          Add
        </Button>
      </Group>
    </form>
  );
}

/** The stable name of a step, made of what it is called when it is first added. */
function idOf(label: string): string {
  const ascii = label.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
  const name = ascii.replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '');
  return name.slice(0, 40);
}
