import { PDFDocument, PDFName, PDFString } from 'pdf-lib';
import { expect, test } from 'vitest';
import { type LotDevice, statementOf } from '../../electron/features/customers/statement.ts';
import { lotWords } from '../../electron/features/reports/lot-device.ts';
import { createReportBuilder } from '../../electron/features/reports/pdf/report-builder.ts';
import { signReportPdf } from '../../electron/features/reports/signing/sign-report.ts';
import { LotDetail } from '../../shared/customers.ts';
import type { JobId } from '../../shared/ids.ts';
import { ReportLanguage } from '../../shared/reports.ts';
import { type TableContent, TableDocument } from '../../shared/table-document.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { describeWithTools, haveTool, runTool } from '../support/tools.ts';
import { createSite, fontsDir, issuedAtMs, temporaryFolder, writeTemporary } from './report-kit.ts';

const at = '2026-11-23T09:30:00.000Z';
const uuid = (tail: number) => `00000000-0000-4000-8000-${String(tail).padStart(12, '0')}`;
const ticketOf = (index: number) => `B07-${10_001 + index}`;
const outcomes: LotDevice['status'][] = [
  { text: 'Erased and verified', tone: 'good' },
  { text: 'Manual sanitisation – not tool-verified', tone: 'warn' },
  { text: 'Not erased – data may remain', tone: 'bad' },
];

function lotOf(devices: number): LotDetail {
  return LotDetail.parse({
    id: uuid(1),
    customerId: `cu_${uuid(2)}`,
    customerName: 'Example Customer AB',
    lotName: 'LOT-17',
    order: 'PO-2026-118',
    mediaSource: 'Return pallet 17',
    state: 'closed',
    openedAt: at,
    closedAt: at,
    ...{ expected: devices + 1, received: devices, missing: 1, unexpected: 0, double: 0 },
    missingItems: [{ identifiers: ['490154203237518'], model: 'Phone never sent' }],
    jobs: Array.from({ length: devices }, (_, index) => ({
      jobId: uuid(index),
      ticket: ticketOf(index),
      standing: 'expected',
    })),
  });
}

function describe(id: JobId): LotDevice {
  const index = Number(id.slice(-12));
  const status = outcomes[index % outcomes.length] ?? { text: '', tone: 'open' };
  const facts = [
    { label: 'Manufacturer', value: 'Example' },
    { label: 'Serial number', value: `S${index}` },
    { label: 'IMEI', value: String(490_154_203_237_518 + index) },
    { label: 'Data erasure', value: `${status.text}.`, wide: true as const },
    { label: 'Technique', value: 'factory reset with key discard', wide: true as const },
    { label: 'No. 000001', value: `Full report, SHA-256 ${'0123456789abcdef'.repeat(4)}`, wide: true as const },
  ];
  const reports = [`No. ${String(index + 1).padStart(6, '0')}`];
  return { device: 'Example Phone 5', identifier: String(490_154_203_237_518 + index), status, reports, facts };
}

const look = { paper: 'a4', accent: null, logo: null } as const;
const tableOf = (content: TableContent): TableDocument => ({
  schemaVersion: 1,
  documentId: uuid(3),
  training: false,
  issuedAt: at,
  issuer: { organisation: 'Example Refurbishing Ltd', place: 'Bench 07', appVersion: '0.0.0' },
  ...content,
});

test('a statement lists each of 500 devices in its table and in the annex, signed as a whole', async () => {
  const site = await createSite();
  const table = tableOf(statementOf(lotOf(500), lotWords('en'), describe));
  const built = await createReportBuilder({ fontsDir }).buildTable({ table, validation: site.validation, look });
  const { pdf } = await signReportPdf(built.pdf, site.signer, issuedAtMs);
  const { attachments } = await openPdf(Buffer.from(pdf));
  const data = TableDocument.parse(JSON.parse(Buffer.from(attachments.get('table.json') ?? []).toString()));
  expect(data.rows).toHaveLength(501);
  expect(data.annexes).toHaveLength(500);
  expect(data.facts.find(({ label }) => label === 'Data erasure')?.value).toMatch(/^167 × Erased and verified; 167 × /);
  if (!haveTool('pdftotext')) return;
  const text = runTool('pdftotext', [
    '-layout',
    writeTemporary(temporaryFolder(), 'lot.pdf', Buffer.from(pdf)),
    '-',
  ]).stdout;
  for (let index = 0; index < 500; index++) expect(text.split(ticketOf(index))).toHaveLength(3);
  expect(text).toContain('490154203237518');
});

const wanted: Record<ReportLanguage, string[]> = {
  en: ['Lot LOT-17', '23 Nov 2026', 'Not announced', 'As announced', 'Missing', 'Annex'],
  de: ['Los LOT-17', '23. Nov. 2026', 'Nicht angekündigt', 'Wie angekündigt', 'Fehlt', 'Anhang'],
  es: ['Lote LOT-17', '23 nov 2026', 'No anunciados', 'Según lo anunciado', 'Falta', 'Anexo'],
  fr: ['Lot LOT-17', '23 nov. 2026', 'Non annoncés', 'Comme annoncé', 'Manquant', 'Annexe'],
  sv: ['Parti LOT-17', '23 nov. 2026', 'Inte aviserade', 'Enligt avisering', 'Saknas', 'Bilaga'],
  ja: ['ロット LOT-17', '2026年11月23日', '予告外', '予告どおり', '未着', '付属書'],
};

describeWithTools('a statement in each language of reports', ['pdftotext'], () => {
  test.each(ReportLanguage.options)('%s', async language => {
    const site = await createSite();
    const table = tableOf(statementOf(lotOf(3), lotWords(language), describe));
    const { pdf } = await createReportBuilder({ fontsDir }).buildTable({ table, validation: site.validation, look });
    const { catalog } = await PDFDocument.load(pdf);
    expect(catalog.lookup(PDFName.of('Lang'), PDFString).asString()).toBe(language);
    const file = writeTemporary(temporaryFolder(), `lot-${language}.pdf`, Buffer.from(pdf));
    const text = runTool('pdftotext', ['-layout', file, '-']).stdout;
    for (const words of wanted[language]) expect(text).toContain(words);
    if (language !== 'en') for (const words of wanted.en.slice(2, 5)) expect(text).not.toContain(words);
  });
});
