import type { LotDetail, Standing } from '../../../shared/customers.ts';
import type { JobId } from '../../../shared/ids.ts';
import type { TableContent } from '../../../shared/table-document.ts';

const words: Record<Standing, string> = {
  expected: 'As announced',
  unexpected: 'Not announced',
  double: 'Received again',
  no_manifest: 'Received',
};

/** What became of one device, in words to be printed. */
export type LotDevice = {
  device: string;
  identifier: string;
  status: { text: string; tone: 'good' | 'warn' | 'bad' | 'open' };
  /** Numbers of the reports in force. */
  reports: readonly string[];
  facts: TableContent['facts'];
};

const columns = [
  ['Ticket', 0.1],
  ['Device', 0.21],
  ['Identifier', 0.17],
  ['Received', 0.13],
  ['Data erasure', 0.25],
  ['Reports', 0.14],
] as const;

/** The closing statement of a lot: what was announced, what came, what did not, and what was done to each device. */
export function statementOf(lot: LotDetail, describe: (id: JobId) => LotDevice): TableContent {
  const number = (value: number | null) => (value === null ? 'nothing was announced' : String(value));
  const devices = lot.jobs.map(job => ({ ...job, ...describe(job.jobId) }));
  return {
    kind: 'lot_statement',
    title: `Lot ${lot.lotName ?? lot.id.slice(0, 8)}`,
    subtitle: lot.customerName ?? 'customer erased on request',
    facts: [
      { label: 'Order', value: lot.order ?? '–' },
      { label: 'Media source', value: lot.mediaSource ?? '–' },
      { label: 'Opened', value: shown(lot.openedAt) },
      { label: 'Closed', value: shown(lot.closedAt) },
      { label: 'Announced', value: number(lot.expected) },
      { label: 'Received', value: String(lot.received) },
      { label: 'Missing', value: number(lot.missing) },
      { label: 'Not announced', value: String(lot.unexpected) },
      { label: 'Received twice', value: String(lot.double) },
      { label: 'Data erasure', value: countsOf(devices), wide: true },
    ],
    columns: columns.map(([title, share]) => ({ title, share })),
    rows: [
      ...devices.map(({ ticket, device, identifier, standing, status, reports }) => [
        ticket,
        device,
        identifier,
        words[standing],
        status,
        reports.join(', ') || '–',
      ]),
      ...lot.missingItems.map(({ identifiers, model }) => [
        '–',
        model ?? '–',
        identifiers.join(', '),
        { text: 'Missing', tone: 'bad' as const },
        '–',
        '–',
      ]),
    ],
    annexes: devices.map(({ ticket, device, standing, facts }) => ({
      title: `${ticket}  ·  ${device}`,
      facts: [{ label: 'Received', value: words[standing] }, ...facts],
    })),
  };
}

/** How many devices came to each outcome. */
function countsOf(devices: readonly LotDevice[]): string {
  const counts = new Map<string, number>();
  for (const { status } of devices) counts.set(status.text, (counts.get(status.text) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} × ${outcome}`).join('; ') || '–';
}

const dateStyle = { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' } as const;
const instants = new Intl.DateTimeFormat('en-GB', dateStyle);

function shown(instant: string | null): string {
  return instant === null ? '–' : `${instants.format(new Date(instant))} UTC`;
}
