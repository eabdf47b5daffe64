import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import type { Customer, Lot } from '../../../shared/customers.ts';
import { CustomerId } from '../../../shared/ids.ts';
import { ReportLanguage } from '../../../shared/reports.ts';
import { useBench, useCan } from '../../state/bench.tsx';
import { useLots } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { useLive } from '../../state/use-live.ts';
import { blobOf, readBase64, saveBlob } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { languageChoices } from '../../ui/words.ts';

/** Customers and their lots: what was announced and what came. */
export function LotsCard() {
  const can = useCan();
  const { items, error } = useLots();
  const open = (items ?? []).filter(lot => lot.state === 'open').length;
  return (
    <details className="card fold">
      <summary>Lots{items !== null && ` (${open} open)`}</summary>
      <ErrorAlert error={error} />
      {can('lot.manage') && <NewLot />}
      <ul className="reports">
        {(items ?? []).map(lot => (
          <li key={lot.id}>
            <LotLine lot={lot} />
          </li>
        ))}
      </ul>
    </details>
  );
}

function NewLot() {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const source = useMemo(() => ({ load: () => api['customers.list']() }), [api]);
  const { value: customers, reload } = useLive<Customer[]>(source);
  const [customerId, setCustomerId] = useState('');
  const [newCustomer, setNewCustomer] = useState('');
  const [name, setName] = useState('');
  const [order, setOrder] = useState('');
  const [mediaSource, setMediaSource] = useState('');

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      const id =
        customerId === '' ? (await api['customers.add']({ name: newCustomer })).id : CustomerId.parse(customerId);
      await api['lots.open']({
        customerId: id,
        name,
        ...(order === '' ? {} : { order }),
        ...(mediaSource === '' ? {} : { mediaSource }),
      });
      setName('');
      setNewCustomer('');
      setCustomerId(id);
      reload();
    });
  }

  const choices = (customers ?? []).flatMap(({ id, customerName }) =>
    customerName === null ? [] : [{ value: id, label: customerName }],
  );
  return (
    <form onSubmit={submit} aria-label="New lot">
      <Stack gap="sm">
        <Group gap="sm" align="end" wrap="wrap">
          <NativeSelect
            label="Customer"
            data={[{ value: '', label: 'A new one …' }, ...choices]}
            value={customerId}
            onChange={event => setCustomerId(event.currentTarget.value)}
          />
          {customerId === '' && (
            <TextInput
              label="Name of the customer"
              required
              value={newCustomer}
              onChange={event => setNewCustomer(event.currentTarget.value)}
            />
          )}
          <TextInput label="Lot" required value={name} onChange={event => setName(event.currentTarget.value)} />
          <TextInput label="Order" value={order} onChange={event => setOrder(event.currentTarget.value)} />
          <TextInput
            label="Media source"
            value={mediaSource}
            onChange={event => setMediaSource(event.currentTarget.value)}
          />
          <Button type="submit" loading={busy}>
            Open the lot
          </Button>
        </Group>
        <ErrorAlert error={error} />
      </Stack>
    </form>
  );
}

function counts({ expected, received, missing, unexpected, double }: Lot): string {
  const parts = [
    expected === null ? 'no manifest' : `${expected} announced`,
    `${received} received`,
    missing !== null && missing > 0 && `${missing} missing`,
    unexpected > 0 && `${unexpected} not announced`,
    double > 0 && `${double} twice`,
  ];
  return parts.filter(part => part !== false).join(', ');
}

function LotLine({ lot }: { lot: Lot }) {
  const { api } = useBench();
  const can = useCan();
  const { busy, error, run } = useAction();
  const isWhole = lot.missing === 0 && lot.unexpected === 0 && lot.double === 0;
  const take = ([file]: File[]) => {
    if (!file) return;
    void run(async () => api['lots.import']({ lotId: lot.id, contentBase64: await readBase64(file) }));
  };
  return (
    <div className="report-line">
      <div>
        <strong>
          {lot.lotName ?? 'Lot of a forgotten customer'} · {lot.customerName ?? 'forgotten'}
        </strong>
        <span className="dimmed">{counts(lot)}</span>
        <StatusMark tone={lot.state === 'closed' ? 'stopped' : isWhole ? 'good' : 'working'}>
          {lot.state === 'closed' ? 'Closed' : 'Open'}
        </StatusMark>
        <ErrorAlert error={error} />
      </div>
      {lot.state === 'open' && can('lot.manage') && (
        <Group gap="xs">
          <FileDrop label="Manifest: CSV or XLSX" accept=".csv,.xlsx,text/csv" busy={busy} onFiles={take} />
          <Button
            variant="default"
            disabled={busy}
            onClick={() => void run(() => api['lots.close']({ lotId: lot.id }))}
          >
            Close the lot
          </Button>
        </Group>
      )}
      {lot.state === 'closed' && can('report.download') && <Statement lot={lot} />}
    </div>
  );
}

/** Gives the statement of a closed lot out, in the language of the letterhead unless another is chosen. */
function Statement({ lot }: { lot: Lot }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const source = useMemo(() => ({ load: () => api['reports.letterhead']() }), [api]);
  const { value: letterhead } = useLive(source);
  const [chosen, setChosen] = useState<ReportLanguage | null>(null);
  const language = chosen ?? letterhead?.language ?? 'en';
  const save = async () => {
    const { fileName, contentBase64 } = await api['lots.statement']({ lotId: lot.id, language });
    saveBlob(blobOf(contentBase64, 'application/pdf'), fileName);
  };
  return (
    <div>
      <Group gap="xs">
        <NativeSelect
          aria-label="Language of the statement"
          data={languageChoices}
          value={language}
          onChange={event => setChosen(ReportLanguage.parse(event.currentTarget.value))}
        />
        <Button variant="default" loading={busy} onClick={() => void run(save)}>
          Statement
        </Button>
      </Group>
      <ErrorAlert error={error} />
    </div>
  );
}
