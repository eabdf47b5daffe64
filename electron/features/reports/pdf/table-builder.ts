import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AFRelationship } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';
import type { ReportPaper } from '../../../../shared/reports.ts';
import { TableDocument } from '../../../../shared/table-document.ts';
import type { Block, Content, Fact } from '../document/blocks.ts';
import { formatInstant } from '../document/format.ts';
import { textsOf } from '../document/languages/index.ts';
import type { Texts } from '../document/texts.ts';
import type { FontLibrary } from './fonts.ts';
import { printDocument } from './print-document.ts';
import { qrPayload } from './qr-code.ts';
import type { ValidationData } from './signature-field.ts';
import { colourOf, ink, paperSizes, toneColours } from './theme.ts';

export type TableInput = {
  readonly table: TableDocument;
  readonly validation: ValidationData;
  readonly look: { readonly paper: ReportPaper; readonly accent: string | null; readonly logo: Uint8Array | null };
};

/** A table across the paper with its data attached as `table.json`. Throws BenchError `report_failed` for data the schema refuses. */
export async function buildTable(library: FontLibrary, { table, validation, look }: TableInput) {
  library.forgetGlyphs();
  const parsed = TableDocument.safeParse(table);
  const text = parsed.success ? canonicalize(parsed.data) : undefined;
  if (!parsed.success || text === undefined) throw new BenchError('report_failed', 'The data of the table is refused.');
  const data = parsed.data;
  const json = Buffer.from(text, 'utf8');
  const hash = createHash('sha256').update(json).digest();
  const content = contentOf(data, hash.toString('hex'));
  const [width, height] = paperSizes[look.paper];
  const pdf = await printDocument(library, {
    content,
    metadata: {
      documentId: data.documentId,
      jsonSha256: hash.toString('hex'),
      title: `${data.title} · ${data.subtitle}`,
      author: content.issuerName,
      subject: data.subtitle,
      language: content.language,
      producer: `Veriqko Bench ${data.issuer.appVersion}`,
      issuedAt: new Date(data.issuedAt),
      fileId: hash.subarray(0, 16),
    },
    size: [height, width],
    accent: look.accent === null ? ink : colourOf(look.accent),
    tones: toneColours('none'),
    pictures: new Map(),
    logo: look.logo,
    qr: qrPayload(data.documentId, hash),
    attachments: [
      {
        name: 'table.json',
        bytes: json,
        description: 'The signed data that this document renders (canonical JSON)',
        relationship: AFRelationship.Source,
      },
    ],
    validation,
  });
  return { pdf, jsonSha256: hash.toString('hex') };
}

const printed = (facts: TableDocument['facts']): Fact[] =>
  facts.map(({ label, value, wide }) => ({ label, value, ...(wide ? { wide } : {}) }));

function annexBlocks({ annexes = [] }: TableDocument, texts: Texts): Block[] {
  if (annexes.length === 0) return [];
  return [
    { kind: 'page_break' },
    { kind: 'heading', level: 2, text: texts.table.annex },
    ...annexes.flatMap(({ title, facts }): Block[] => [
      { kind: 'heading', level: 3, text: title },
      { kind: 'facts', facts: printed(facts) },
    ]),
  ];
}

function contentOf(table: TableDocument, hash: string): Content {
  const { issuer, training, language = 'en' } = table;
  const texts = textsOf[language];
  return {
    language,
    title: table.title,
    subtitle: table.subtitle,
    issuerName: issuer.organisation,
    issuerPlace: issuer.place,
    issuerAddress: [],
    subject: table.subtitle,
    documentLabel: table.documentId.slice(0, 8),
    lead: null,
    qrAlternative: texts.table.qrAlternative,
    signatureLabel: texts.signatureLabel,
    watermark: training ? texts.watermark : null,
    trainingNotice: training ? texts.trainingNotice : null,
    blocks: [
      {
        kind: 'facts',
        facts: [{ label: texts.table.made, value: formatInstant(table.issuedAt, 0, texts) }, ...printed(table.facts)],
      },
      { kind: 'table', columns: table.columns, rows: table.rows },
      ...annexBlocks(table, texts),
      { kind: 'facts', facts: [{ label: texts.table.dataHash, value: hash, wide: true }] },
    ],
    footer: (page, pages) => ({ left: `${table.title}  ·  ${table.documentId}`, right: `${page} / ${pages}` }),
  };
}
