import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AFRelationship } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';
import { ReportDocument } from '../../../../shared/report-document.ts';
import type { ReportLanguage, ReportPaper } from '../../../../shared/reports.ts';
import { ProofBundle } from '../../../../shared/verify/proof-bundle.ts';
import { createContent } from '../document/content.ts';
import { textsOf } from '../document/languages/index.ts';
import { createFontLibrary, type FontLibrary } from './fonts.ts';
import type { Metadata } from './metadata.ts';
import { printDocument } from './print-document.ts';
import { qrPayload } from './qr-code.ts';
import type { ValidationData } from './signature-field.ts';
import { buildTable, type TableInput } from './table-builder.ts';
import { colourOf, ink, paperSizes, toneColours } from './theme.ts';

/** Everything a report is made of; structured-clone values, no key. */
export type ReportInput = {
  readonly document: ReportDocument;
  /** Journal entries it rests on, with their proofs; null only where there is no journal (previews). */
  readonly proofBundle: ProofBundle | null;
  readonly validation: ValidationData;
  /** Small pictures of evidence, PNG or JPEG; not part of the signed data, but under the signature. */
  readonly pictures: readonly { readonly evidence: string; readonly bytes: Uint8Array }[];
  /** How it looks; none of it is part of the signed data. */
  readonly look: {
    readonly language: ReportLanguage;
    readonly paper: ReportPaper;
    /** `#rrggbb` */
    readonly accent: string | null;
    /** PNG or JPEG. */
    readonly logo: Uint8Array | null;
  };
};

export type UnsignedReport = {
  /** PDF/A-3a and PDF/UA-1 with an open place for the signature; the same input gives the same bytes. */
  readonly pdf: Uint8Array;
  /** SHA-256 (hex) of the attached data. */
  readonly jsonSha256: string;
};

export type ReportBuilder = {
  /** Throws BenchError `report_failed` for data the schema refuses or a character no font has. */
  build(input: ReportInput): Promise<UnsignedReport>;
  buildTable(input: TableInput): Promise<UnsignedReport>;
};

/** Parses the fonts once and keeps them; reports are built one after the other. */
export function createReportBuilder(options: { fontsDir: string }): ReportBuilder {
  const library = createFontLibrary(options.fontsDir);
  let previous: Promise<unknown> = Promise.resolve();
  /** One at a time: two documents at once would share the fonts' glyph memo and depend on each other. */
  const inTurn = (work: () => Promise<UnsignedReport>) => {
    const built = previous.then(work);
    previous = built.catch(() => null);
    return built;
  };
  return {
    build: input => inTurn(() => buildReport(library, input)),
    buildTable: input => inTurn(() => buildTable(library, input)),
  };
}

async function buildReport(library: FontLibrary, input: ReportInput): Promise<UnsignedReport> {
  library.forgetGlyphs();
  const data = parseDocument(input.document);
  const { look } = input;
  const pictures = new Map(input.pictures.map(({ evidence, bytes }) => [evidence, bytes]));
  const json = canonicalBytes(data);
  const proofs = input.proofBundle && canonicalBytes(ProofBundle.parse(input.proofBundle));
  const hash = createHash('sha256').update(json).digest();
  const content = createContent(data, hash.toString('hex'), textsOf[look.language], new Set(pictures.keys()));
  const metadata: Metadata = {
    documentId: data.documentId,
    jsonSha256: hash.toString('hex'),
    title: `${content.title} · ${content.documentLabel}`,
    author: content.issuerName,
    subject: content.subject,
    language: content.language,
    producer: `Veriqko Bench ${data.issuer.appVersion}`,
    issuedAt: new Date(data.issued.at),
    fileId: createHash('sha256')
      .update(json)
      .update(proofs ?? '')
      .digest()
      .subarray(0, 16),
  };

  const bytes = await printDocument(library, {
    content,
    metadata,
    size: paperSizes[look.paper],
    accent: look.accent === null ? ink : colourOf(look.accent),
    tones: toneColours(data.erasureStatus ?? 'none'),
    logo: look.logo,
    pictures,
    qr: qrPayload(data.documentId, hash),
    attachments: [
      {
        name: 'report.json',
        bytes: json,
        description: 'The signed data that this document renders (canonical JSON)',
        relationship: AFRelationship.Source,
      },
      ...(proofs
        ? [
            {
              name: 'journal-proof.json',
              bytes: proofs,
              description: 'Journal entries it rests on, their proofs, checkpoint, trust policy and disclosures',
              relationship: AFRelationship.Supplement,
            },
          ]
        : []),
    ],
    validation: input.validation,
  });
  return { pdf: bytes, jsonSha256: hash.toString('hex') };
}

function parseDocument(document: unknown): ReportDocument {
  const parsed = ReportDocument.safeParse(document);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(issue => [...issue.path, issue.message].join(' ')).slice(0, 3);
  throw new BenchError('report_failed', `The data of the report is refused: ${where.join('; ')}.`);
}

function canonicalBytes(value: unknown): Buffer {
  const text = canonicalize(value);
  if (text === undefined) throw new BenchError('report_failed', 'The data of the report cannot be written as JSON.');
  return Buffer.from(text, 'utf8');
}
