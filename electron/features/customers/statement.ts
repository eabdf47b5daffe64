import type { LotDetail, Standing } from '../../../shared/customers.ts';
import type { TableContent } from '../../../shared/table-document.ts';

const words: Record<Standing, string> = {
  expected: 'Received as announced',
  unexpected: 'Received, not announced',
  double: 'Received again',
  no_manifest: 'Received',
};

/** The closing statement of a lot: what was announced, what came, what did not. */
export function statementOf(lot: LotDetail): TableContent {
  const number = (value: number | null) => (value === null ? 'nothing was announced' : String(value));
  return {
    kind: 'lot_statement',
    title: `Lot ${lot.lotName ?? lot.id.slice(0, 8)}`,
    subtitle: lot.customerName ?? 'customer erased on request',
    facts: [
      { label: 'Order', value: lot.order ?? '–' },
      { label: 'Media source', value: lot.mediaSource ?? '–' },
      { label: 'Opened', value: lot.openedAt },
      { label: 'Closed', value: lot.closedAt ?? '–' },
      { label: 'Announced', value: number(lot.expected) },
      { label: 'Received', value: String(lot.received) },
      { label: 'Missing', value: number(lot.missing) },
      { label: 'Not announced', value: String(lot.unexpected) },
      { label: 'Received twice', value: String(lot.double) },
    ],
    columns: [
      { title: 'Ticket', share: 0.2 },
      { title: 'Device', share: 0.5 },
      { title: 'State', share: 0.3 },
    ],
    rows: [
      ...lot.jobs.map(({ ticket, standing }) => [ticket, '–', words[standing]]),
      ...lot.missingItems.map(({ identifiers, model }) => [
        '–',
        [model, ...identifiers].filter(part => part !== null).join(', '),
        'Missing',
      ]),
    ],
  };
}
