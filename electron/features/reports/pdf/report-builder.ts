import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AFRelationship, PDFDocument } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';
import { ReportDocument } from '../../../../shared/report-document.ts';
import type { ReportLanguage, ReportPaper } from '../../../../shared/reports.ts';
import { ProofBundle } from '../../../../shared/verify/proof-bundle.ts';
import { createContent } from '../document/content.ts';
import { textsOf } from '../document/languages/index.ts';
import { createCanvas } from './canvas.ts';
import { drawBlocks } from './draw-blocks.ts';
import { createFlow } from './flow.ts';
import { createFontLibrary, type FontLibrary } from './fonts.ts';
import { embedLogo } from './logo.ts';
import { declareConformance, describe, type Metadata } from './metadata.ts';
import { createPageFrame } from './page-frame.ts';
import { qrPayload } from './qr-code.ts';
import { addValidationData, reserveSignature, type ValidationData } from './signature-field.ts';
import { createTagTree } from './tags.ts';
import { colourOf, ink, paperSizes, toneColours } from './theme.ts';
import { createTypesetter } from './typesetter.ts';

/** Everything a report is made of; structured-clone values, no key. */
export type ReportInput = {
  readonly document: ReportDocument;
  /** Journal entries it rests on, with their proofs; null only where there is no journal (previews). */
  readonly proofBundle: ProofBundle | null;
  readonly validation: ValidationData;
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
  /** SHA-256 (hex) of the attached report.json. */
  readonly jsonSha256: string;
};

export type ReportBuilder = {
  /** Throws BenchError `report_failed` for data the schema refuses or a character no font has. */
  build(input: ReportInput): Promise<UnsignedReport>;
};

/** Parses the fonts once and keeps them; reports are built one after the other. */
export function createReportBuilder(options: { fontsDir: string }): ReportBuilder {
  const library = createFontLibrary(options.fontsDir);
  let previous: Promise<unknown> = Promise.resolve();
  return {
    build: input => {
      // One at a time: two documents at once would share the fonts' glyph memo and depend on each other.
      const built = previous.then(() => buildReport(library, input));
      previous = built.catch(() => null);
      return built;
    },
  };
}

async function buildReport(library: FontLibrary, input: ReportInput): Promise<UnsignedReport> {
  library.forgetGlyphs();
  const data = parseDocument(input.document);
  const { look } = input;
  const json = canonicalBytes(data);
  const proofs = input.proofBundle && canonicalBytes(ProofBundle.parse(input.proofBundle));
  const hash = createHash('sha256').update(json).digest();
  const content = createContent(data, hash.toString('hex'), textsOf[look.language]);
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

  const pdf = await PDFDocument.create({ updateMetadata: false });
  describe(pdf, metadata);
  const tags = createTagTree(pdf);
  const typesetter = createTypesetter(library);
  const accent = look.accent === null ? ink : colourOf(look.accent);
  const fontTag = [...hash.subarray(0, 6)].map(byte => String.fromCharCode(65 + (byte % 26))).join('');
  const canvas = createCanvas(pdf, library, tags, { size: paperSizes[look.paper], fontTag });
  const frame = createPageFrame({ canvas, tags, typesetter }, content, {
    qr: qrPayload(data.documentId, hash),
    accent,
    logo: look.logo && (await embedLogo(pdf, look.logo)),
  });
  const flow = createFlow(canvas, frame.open);
  flow.newPage();
  const tones = toneColours(data.erasureStatus ?? 'none');
  drawBlocks({ canvas, flow, tags, typesetter, tones, accent }, content.blocks);
  frame.close();
  await canvas.finish();

  const dates = { creationDate: metadata.issuedAt, modificationDate: metadata.issuedAt };
  const mimeType = 'application/json';
  await pdf.attach(json, 'report.json', {
    ...dates,
    mimeType,
    description: 'The signed data that this document renders (canonical JSON)',
    afRelationship: AFRelationship.Source,
  });
  if (proofs)
    await pdf.attach(proofs, 'journal-proof.json', {
      ...dates,
      mimeType,
      description: 'Journal entries it rests on, their proofs, checkpoint, trust policy and disclosures',
      afRelationship: AFRelationship.Supplement,
    });
  const [firstPage] = canvas.pages();
  if (!firstPage) throw new Error('a report has at least one page');
  reserveSignature(pdf, firstPage, tags, {
    issuedAt: metadata.issuedAt,
    signer: content.issuerName,
    place: content.issuerPlace,
    label: content.signatureLabel,
  });
  addValidationData(pdf, input.validation);
  tags.finish(canvas.pages());
  declareConformance(pdf, metadata);
  const bytes = await pdf.save({ useObjectStreams: false, updateFieldAppearances: false });
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
