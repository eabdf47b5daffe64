import type { DeviceRecord, ReportDocument } from '../../../../shared/report-document.ts';
import type { Block, Content, Fact, StatusMark } from './blocks.ts';
import { deviceBlocks } from './device-blocks.ts';
import { fact, facts } from './facts.ts';
import { formatInstant } from './format.ts';
import type { Texts } from './texts.ts';

/** What the document says, in the words of one language. `hash` is SHA-256 (hex) of its canonical JSON. */
export function createContent(
  document: ReportDocument,
  hash: string,
  texts: Texts,
  /** Pieces of evidence that come with a small picture. */
  pictured: ReadonlySet<string>,
): Content {
  const mark: StatusMark = document.erasureStatus ?? 'none';
  const { issuer } = document;
  const number = texts.document(document.sequence);
  const title = titleOf(document, mark, texts);
  return {
    language: texts.language,
    title,
    subtitle: [texts.scope[document.scope], texts.variant[document.variant], number]
      .filter(part => part !== title)
      .join('  ·  '),
    issuerName: issuer.organisation ?? issuer.site ?? issuer.station.name ?? texts.label.station,
    issuerPlace: [issuer.site === (issuer.organisation ?? issuer.site) ? null : issuer.site, issuer.station.name]
      .filter(part => part !== null)
      .join('  ·  '),
    issuerAddress: issuer.address,
    subject: document.devices
      .slice(0, 3)
      .map(record => record.job.ticket)
      .join(', '),
    documentLabel: number,
    lead: leadOf(document.devices, texts),
    qrAlternative: texts.qrAlternative,
    signatureLabel: texts.signatureLabel,
    watermark: document.training ? texts.watermark : null,
    trainingNotice: document.training ? texts.trainingNotice : null,
    blocks: [
      { kind: 'status', mark, ...texts.status[mark] },
      { kind: 'facts', facts: headFacts(document, texts) },
      ...bodyBlocks(document, texts, pictured),
      ...verifyBlocks(document, hash, texts),
    ],
    footer: (page, pages) => ({
      left: `${number}  ·  ${texts.footerHash(hash)}`,
      right: texts.footerPage(page, pages),
    }),
  };
}

/** What must not be overlooked (a bypass, a failure) takes the title of any scope. */
function titleOf({ scope }: ReportDocument, mark: StatusMark, texts: Texts): string {
  const aboutErasure = scope === 'master' || scope === 'reset';
  const loud = mark === 'manual_bypass' || mark === 'failed' || mark === 'indeterminate';
  if (mark === 'none') return scope === 'master' ? texts.title.none : texts.scope[scope];
  return aboutErasure || loud ? texts.title[mark] : texts.scope[scope];
}

function headFacts(document: ReportDocument, texts: Texts): Fact[] {
  const { label } = texts;
  const { issued, customer } = document;
  const [first, ...more] = document.devices;
  const customerText = customer && [customer.name, customer.reference].filter(part => part !== null).join(' · ');
  return facts([
    fact(label.issued, formatInstant(issued.at, issued.utcOffsetMinutes, texts)),
    fact(label.clock, `${issued.zone}, ${texts.clockSource[issued.clockSource]}`),
    first && more.length === 0 ? fact(label.ticket, first.job.ticket) : null,
    first && more.length === 0 ? fact(label.previousTicket, first.job.previousTicket) : null,
    fact(label.customer, customerText),
    fact(label.order, document.order),
    fact(label.lot, document.lot),
    document.supersedes === null ? null : fact(label.supersedes, texts.supersedes(document.supersedes)),
  ]);
}

function bodyBlocks(document: ReportDocument, texts: Texts, pictured: ReadonlySet<string>): Block[] {
  const { utcOffsetMinutes } = document.issued;
  const [first, ...more] = document.devices;
  if (first && more.length === 0) return deviceBlocks(first, utcOffsetMinutes, texts, pictured);
  return [
    { kind: 'heading', level: 2, text: texts.section.devices },
    lotTable(document.devices, texts),
    ...document.devices.flatMap((record): Block[] => [
      { kind: 'page_break' },
      { kind: 'heading', level: 2, text: texts.annex(record.job.ticket) },
      { kind: 'status', mark: record.erasureStatus ?? 'none', ...texts.status[record.erasureStatus ?? 'none'] },
      ...deviceBlocks(record, utcOffsetMinutes, texts, pictured),
    ]),
  ];
}

function lotTable(records: readonly DeviceRecord[], { label, status }: Texts): Block {
  return {
    kind: 'table',
    columns: [
      { title: label.ticket, share: 0.16 },
      { title: label.device, share: 0.28 },
      { title: label.identifier, share: 0.24 },
      { title: label.status, share: 0.32 },
    ],
    rows: records.map(record => {
      const { serial, imei } = record.device.identifiers;
      const tone = tones[record.erasureStatus ?? 'none'];
      const headline = status[record.erasureStatus ?? 'none'].headline;
      return [record.job.ticket, deviceName(record), imei[0] ?? serial ?? '–', { text: headline, tone }];
    }),
  };
}

export const tones = {
  erased_verified: 'good',
  erased_with_exceptions: 'warn',
  manual_bypass: 'warn',
  failed: 'bad',
  indeterminate: 'bad',
  none: 'open',
} as const;

export function deviceName({ device }: Pick<DeviceRecord, 'device'>): string {
  const { manufacturer } = device;
  const model = device.marketingName ?? device.modelCode;
  // Many marketing names begin with the maker's.
  if (model?.toLowerCase().startsWith(manufacturer?.toLowerCase() ?? ' ')) return model;
  return [manufacturer, model].filter(part => part !== null).join(' ') || '–';
}

/** The one device the document is about, as a person would name it. */
function leadOf([first, ...more]: readonly DeviceRecord[], { label }: Texts): string | null {
  if (!first || more.length > 0) return null;
  const { imei, serial } = first.device.identifiers;
  return [
    deviceName(first),
    imei[0] === undefined ? null : `${label.imei} ${imei[0]}`,
    serial === null ? null : `${label.serial} ${serial}`,
  ]
    .filter(part => part !== null)
    .join('  ·  ');
}

function verifyBlocks(document: ReportDocument, hash: string, texts: Texts): Block[] {
  const { label } = texts;
  const { journal, issuer } = document;
  return [
    { kind: 'heading', level: 2, text: texts.section.howToVerify },
    ...texts.howToVerify.map((text): Block => ({ kind: 'paragraph', text })),
    { kind: 'paragraph', text: journal.fleetVkey === null ? texts.witnessNote.alone : texts.witnessNote.pinned },
    {
      kind: 'facts',
      facts: facts([
        fact(label.documentId, document.documentId, 'wide'),
        fact(label.dataHash, hash, 'wide'),
        fact(label.keyFingerprint, issuer.keyFingerprint, 'wide'),
        fact(label.fleetKey, journal.fleetVkey, 'wide'),
        fact(label.logKey, journal.logVkey, 'wide'),
        fact(label.entries, listIndexes(journal.indexes), 'wide'),
        fact(label.station, [issuer.station.name, issuer.station.id].filter(part => part !== null).join(' · '), 'wide'),
        fact(label.appVersion, `Veriqko Bench ${issuer.appVersion}`, 'wide'),
      ]),
    },
  ];
}

/** `3, 5–9, 12` */
function listIndexes(indexes: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && index <= last[1] + 1) last[1] = index;
    else ranges.push([index, index]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}
