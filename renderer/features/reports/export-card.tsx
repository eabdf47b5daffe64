import { Button, Group, NativeSelect, PasswordInput, Progress, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useMemo, useState } from 'react';
import { type Export, type ExportFilter, type ExportId, exportPieceBytes } from '../../../shared/exports.ts';
import { LotId } from '../../../shared/ids.ts';
import { ErasureStatus } from '../../../shared/jobs.ts';
import { ReportScope, ReportVariant } from '../../../shared/reports.ts';
import { useBench } from '../../state/bench.tsx';
import { useLots } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { type Source, useCollection } from '../../state/use-collection.ts';
import { bytesOf, saveBlob, sizeText } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark, type Tone } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { erasureWords, scopeWords, variantWords } from '../../ui/words.ts';

/** Many signed reports as one archive. */
export function ExportCard() {
  const { api } = useBench();
  const source = useMemo(
    (): Source<Export> => ({
      load: () => api['exports.list'](),
      subscribe: (listener: (row: Export) => void) => api.on('export.changed', listener),
      keyOf: row => row.id,
    }),
    [api],
  );
  const { items, error } = useCollection(source);
  const newestFirst = (items ?? []).toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return (
    <details className="card fold">
      <summary>Export reports as one archive</summary>
      <ExportForm />
      <ErrorAlert error={error} />
      <ul className="reports">
        {newestFirst.map(row => (
          <li key={row.id}>
            <ExportLine row={row} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const any = { value: '', label: 'Any' };
const statuses = [any, ...ErasureStatus.options.map(value => ({ value, label: erasureWords[value] }))];
const scopes = [any, ...ReportScope.options.map(value => ({ value, label: scopeWords[value] }))];
const variants = [any, ...ReportVariant.options.map(value => ({ value, label: variantWords[value] }))];

type Fields = Record<'from' | 'to' | 'ticket' | 'status' | 'scope' | 'variant' | 'lot', string>;
const empty: Fields = { from: '', to: '', ticket: '', status: '', scope: '', variant: '', lot: '' };

const midnight = (day: string) => new Date(`${day}T00:00:00`);

/** Days are those of this computer's time zone; the last one is included. */
function filterOf({ from, to, ticket, status, scope, variant, lot }: Fields): ExportFilter {
  const until = to === '' ? null : midnight(to);
  until?.setDate(until.getDate() + 1);
  return {
    ...(from === '' ? {} : { from: midnight(from).toISOString() }),
    ...(until === null ? {} : { until: until.toISOString() }),
    ...(ticket.trim() === '' ? {} : { ticket }),
    ...(status === '' ? {} : { status: ErasureStatus.parse(status) }),
    ...(scope === '' ? {} : { scope: ReportScope.parse(scope) }),
    ...(lot === '' ? {} : { lot: LotId.parse(lot) }),
    ...(variant === '' ? {} : { variant: ReportVariant.parse(variant) }),
  };
}

function ExportForm() {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const { items } = useLots();
  const lots = [any, ...(items ?? []).map(({ id, lotName }) => ({ value: id, label: lotName ?? 'forgotten' }))];
  const [fields, setFields] = useState(empty);
  const [password, setPassword] = useState('');
  const [reason, setReason] = useState('');
  const [count, setCount] = useState<number | null>(null);
  const change = (part: Partial<Fields>) => {
    setFields({ ...fields, ...part });
    setCount(null);
  };

  function submit(event: FormEvent): void {
    event.preventDefault();
    void run(async () => {
      const secret = password === '' ? {} : { password };
      await api['exports.start']({ filter: filterOf(fields), reason, ...secret });
      setReason('');
      setPassword('');
    });
  }

  return (
    <form onSubmit={submit} aria-label="Export">
      <Stack gap="sm">
        <Group gap="sm" align="end" wrap="wrap">
          <TextInput
            label="From"
            type="date"
            value={fields.from}
            onChange={e => change({ from: e.currentTarget.value })}
          />
          <TextInput label="To" type="date" value={fields.to} onChange={e => change({ to: e.currentTarget.value })} />
          <TextInput label="Ticket" value={fields.ticket} onChange={e => change({ ticket: e.currentTarget.value })} />
          <NativeSelect
            label="Lot"
            data={lots}
            value={fields.lot}
            onChange={e => change({ lot: e.currentTarget.value })}
          />
          <NativeSelect
            label="Erasure"
            data={statuses}
            value={fields.status}
            onChange={e => change({ status: e.currentTarget.value })}
          />
          <NativeSelect
            label="Report"
            data={scopes}
            value={fields.scope}
            onChange={e => change({ scope: e.currentTarget.value })}
          />
          <NativeSelect
            label="For"
            data={variants}
            value={fields.variant}
            onChange={e => change({ variant: e.currentTarget.value })}
          />
        </Group>
        <PasswordInput
          label="Password of the archive"
          description="Empty: not encrypted. At least twelve characters; tell it by another way than the file."
          autoComplete="new-password"
          value={password}
          onChange={event => setPassword(event.currentTarget.value)}
        />
        <Textarea
          label="Who asks for it, and why"
          required
          autosize
          value={reason}
          onChange={event => setReason(event.currentTarget.value)}
        />
        <ErrorAlert error={error} />
        <Group>
          <Button type="submit" loading={busy}>
            Start the export
          </Button>
          <Button
            variant="default"
            disabled={busy}
            onClick={() => void run(async () => setCount((await api['exports.count'](filterOf(fields))).reports))}
          >
            How many?
          </Button>
          {count !== null && <StatusMark tone={count > 0 ? 'good' : 'attention'}>{count} reports</StatusMark>}
        </Group>
      </Stack>
    </form>
  );
}

const stateMarks: Record<Export['state'], { tone: Tone; words: string }> = {
  running: { tone: 'working', words: 'Being written' },
  done: { tone: 'good', words: 'Done' },
  cancelled: { tone: 'stopped', words: 'Cancelled' },
  failed: { tone: 'bad', words: 'Failed' },
  removed: { tone: 'quiet', words: 'Deleted' },
};

function ExportLine({ row }: { row: Export }) {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const mark = stateMarks[row.state];
  const save = async () => saveBlob(await archiveOf(row.id, api['exports.read']), row.fileName);
  return (
    <div className="report-line">
      <div>
        <strong>{row.fileName}</strong>
        <span className="dimmed">
          {row.reports} reports, {fullTime(row.startedAt)}
          {row.sizeBytes !== null && `, ${sizeText(row.sizeBytes)}`}
          {row.encrypted && ', encrypted'}
        </span>
        <StatusMark tone={mark.tone}>{row.failure === null ? mark.words : `${mark.words}: ${row.failure}`}</StatusMark>
        {row.state === 'running' && (
          <Progress value={(100 * row.written) / row.reports} aria-label={`Written of ${row.fileName}`} />
        )}
        <ErrorAlert error={error} />
      </div>
      <Group gap="xs">
        {row.state === 'running' && (
          <Button
            variant="default"
            loading={busy}
            onClick={() => void run(() => api['exports.cancel']({ id: row.id }))}
          >
            Cancel
          </Button>
        )}
        {row.state === 'done' && (
          <>
            <Button loading={busy} onClick={() => void run(save)} aria-label={`Save ${row.fileName}`}>
              Save
            </Button>
            <Button
              variant="default"
              disabled={busy}
              aria-label={`Delete ${row.fileName}`}
              onClick={() => void run(() => api['exports.remove']({ id: row.id }))}
            >
              Delete
            </Button>
          </>
        )}
      </Group>
    </div>
  );
}

type Read = (input: { id: ExportId; offset: number }) => Promise<{ contentBase64: string; sizeBytes: number }>;

/** Fetches an archive piece by piece, so that no answer grows with it. */
async function archiveOf(id: ExportId, read: Read): Promise<Blob> {
  const parts: Blob[] = [];
  for (let offset = 0; ; offset += exportPieceBytes) {
    const { contentBase64, sizeBytes } = await read({ id, offset });
    parts.push(new Blob([bytesOf(contentBase64)]));
    if (offset + exportPieceBytes >= sizeBytes) return new Blob(parts, { type: 'application/zip' });
  }
}
