import type { LotDetail } from '../../../shared/customers.ts';
import type { JobId } from '../../../shared/ids.ts';
import type { LotTexts } from '../../../shared/lot-texts.ts';
import type { ReportLanguage } from '../../../shared/reports.ts';
import type { TableContent } from '../../../shared/table-document.ts';

/** What a statement is worded with, in one language. */
export type LotWords = {
  language: ReportLanguage;
  label: Readonly<Record<'lot' | 'order' | 'mediaSource' | 'ticket' | 'device' | 'identifier', string>>;
  erasure: string;
  lot: LotTexts;
  instant(at: string | null): string | null;
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

/** The closing statement of a lot: what was announced, what came, what did not, and what was done to each device. */
export function statementOf(lot: LotDetail, words: LotWords, describe: (id: JobId) => LotDevice): TableContent {
  const { label, lot: own, erasure } = words;
  const number = (value: number | null) => (value === null ? own.nothingAnnounced : String(value));
  const devices = lot.jobs.map(job => ({ ...job, ...describe(job.jobId) }));
  return {
    kind: 'lot_statement',
    language: words.language,
    title: `${label.lot} ${lot.lotName ?? lot.id.slice(0, 8)}`,
    subtitle: lot.customerName ?? own.forgottenCustomer,
    facts: [
      { label: label.order, value: lot.order ?? '–' },
      { label: label.mediaSource, value: lot.mediaSource ?? '–' },
      { label: own.opened, value: words.instant(lot.openedAt) ?? '–' },
      { label: own.closed, value: words.instant(lot.closedAt) ?? '–' },
      { label: own.announced, value: number(lot.expected) },
      { label: own.received, value: String(lot.received) },
      { label: own.missing, value: number(lot.missing) },
      { label: own.notAnnounced, value: String(lot.unexpected) },
      { label: own.twice, value: String(lot.double) },
      { label: erasure, value: countsOf(devices), wide: true },
    ],
    columns: [
      { title: label.ticket, share: 0.1 },
      { title: label.device, share: 0.21 },
      { title: label.identifier, share: 0.17 },
      { title: own.standing.no_manifest, share: 0.13 },
      { title: erasure, share: 0.25 },
      { title: own.reports, share: 0.14 },
    ],
    rows: [
      ...devices.map(({ ticket, device, identifier, standing, status, reports }) => [
        ticket,
        device,
        identifier,
        own.standing[standing],
        status,
        reports.join(', ') || '–',
      ]),
      ...lot.missingItems.map(({ identifiers, model }) => [
        '–',
        model ?? '–',
        identifiers.join(', '),
        { text: own.standing.missing, tone: 'bad' as const },
        '–',
        '–',
      ]),
    ],
    annexes: devices.map(({ ticket, device, standing, facts }) => ({
      title: `${ticket}  ·  ${device}`,
      facts: [{ label: own.standing.no_manifest, value: own.standing[standing] }, ...facts],
    })),
  };
}

/** How many devices came to each outcome. */
function countsOf(devices: readonly LotDevice[]): string {
  const counts = new Map<string, number>();
  for (const { status } of devices) counts.set(status.text, (counts.get(status.text) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} × ${outcome}`).join('; ') || '–';
}
