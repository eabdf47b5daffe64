import { Button, Group, NativeSelect, NumberInput, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import type { LabelPrinter, LabelSettings, PrinterTarget } from '../../../shared/labels.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Card } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';

/** Size of the labels and where they are printed. */
export function LabelPrinterCard() {
  const { api } = useBench();
  const can = useCan();
  const source = useMemo(() => ({ load: () => api['labels.settings']() }), [api]);
  const { value, error, set } = useLive(source);
  return (
    <Card title="Labels">
      <ErrorAlert error={error} />
      {value !== null && can('station.manage') && <LabelForm settings={value} onSaved={set} />}
      {value !== null && !can('station.manage') && (
        <p>
          {value.widthMm} × {value.heightMm} mm, {value.printer === null ? 'no printer' : placeOf(value.printer.target)}
        </p>
      )}
    </Card>
  );
}

const kinds = [
  { value: 'none', label: 'None: save labels as PDF' },
  { value: 'tcp', label: 'On the network' },
  { value: 'serial', label: 'On a serial line' },
  { value: 'spooler', label: 'A queue of this computer' },
] as const;
type Kind = (typeof kinds)[number]['value'];

function placeOf(target: PrinterTarget): string {
  switch (target.kind) {
    case 'tcp':
      return `${target.host}:${target.port}`;
    case 'serial':
      return target.path;
    case 'spooler':
      return target.queue;
  }
}

/** The one line a person types: `host:port`, the path of a line, the name of a queue. */
function targetOf(kind: Kind, place: string): PrinterTarget | null {
  switch (kind) {
    case 'none':
      return null;
    case 'tcp': {
      const [, host = place, port] = /^(.*?)(?::(\d+))?$/.exec(place.trim()) ?? [];
      return { kind, host, port: port === undefined ? 9100 : Number(port) };
    }
    case 'serial':
      return { kind, path: place, baudRate: 9600 };
    case 'spooler':
      return { kind, queue: place.trim() };
  }
}

const placeLabels: Record<Exclude<Kind, 'none'>, string> = {
  tcp: 'Address, and the port if it is not 9100',
  serial: 'Path of the line (9600 baud)',
  spooler: 'Name of the queue',
};

function LabelForm({ settings, onSaved }: { settings: LabelSettings; onSaved: (saved: LabelSettings) => void }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [kind, setKind] = useState<Kind>(settings.printer?.target.kind ?? 'none');
  const [place, setPlace] = useState(settings.printer ? placeOf(settings.printer.target) : '');
  const [language, setLanguage] = useState<LabelPrinter['language']>(settings.printer?.language ?? 'zpl');
  const [dpi, setDpi] = useState<LabelPrinter['dpi']>(settings.printer?.dpi ?? 203);
  const [widthMm, setWidthMm] = useState(settings.widthMm);
  const [heightMm, setHeightMm] = useState(settings.heightMm);
  const [saved, setSaved] = useState(false);

  function submit(event: FormEvent): void {
    event.preventDefault();
    setSaved(false);
    void run(async () => {
      const target = targetOf(kind, place);
      const printer = target && { target, language, dpi };
      onSaved(await api['labels.configure']({ widthMm, heightMm, printer }));
      setSaved(true);
    });
  }

  return (
    <form onSubmit={submit} aria-label="Labels">
      <Stack gap="sm">
        <Group gap="sm" align="end">
          <Millimetres label="Width, mm" value={widthMm} min={38} max={108} onChange={setWidthMm} />
          <Millimetres label="Height, mm" value={heightMm} min={20} max={150} onChange={setHeightMm} />
        </Group>
        <NativeSelect
          label="Printer"
          data={[...kinds]}
          value={kind}
          onChange={event => {
            const chosen = kinds.find(({ value }) => value === event.currentTarget.value);
            if (chosen) setKind(chosen.value);
          }}
        />
        {kind !== 'none' && (
          <>
            <TextInput
              label={placeLabels[kind]}
              required
              value={place}
              onChange={event => setPlace(event.currentTarget.value)}
            />
            <Group gap="sm" align="end">
              <NativeSelect
                label="Language"
                data={[
                  { value: 'zpl', label: 'ZPL II (Zebra)' },
                  { value: 'tspl', label: 'TSPL (TSC)' },
                ]}
                value={language}
                onChange={event => setLanguage(event.currentTarget.value === 'tspl' ? 'tspl' : 'zpl')}
              />
              <NativeSelect
                label="Print head"
                data={['203', '300', '600'].map(value => ({ value, label: `${value} dpi` }))}
                value={String(dpi)}
                onChange={event => setDpi(dpiOf(event.currentTarget.value))}
              />
            </Group>
          </>
        )}
        <ErrorAlert error={error} />
        <Group>
          <Button type="submit" loading={busy}>
            Save the labels
          </Button>
          {saved && <StatusMark tone="good">Saved.</StatusMark>}
        </Group>
      </Stack>
    </form>
  );
}

function dpiOf(text: string): LabelPrinter['dpi'] {
  if (text === '300') return 300;
  return text === '600' ? 600 : 203;
}

type MillimetresProps = { label: string; value: number; min: number; max: number; onChange: (value: number) => void };

function Millimetres({ onChange, ...props }: MillimetresProps) {
  return <NumberInput size="md" w={130} {...props} onChange={value => onChange(Number(value) || props.min)} />;
}
