import { type AFRelationship, PDFDocument, type PDFImage } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';
import type { Content } from '../document/blocks.ts';
import { type Colour, createCanvas } from './canvas.ts';
import { drawBlocks } from './draw-blocks.ts';
import { createFlow } from './flow.ts';
import type { FontLibrary } from './fonts.ts';
import { declareConformance, describe, type Metadata } from './metadata.ts';
import { createPageFrame } from './page-frame.ts';
import { embedPicture } from './picture.ts';
import { addValidationData, reserveSignature, type ValidationData } from './signature-field.ts';
import { createTagTree } from './tags.ts';
import type { toneColours } from './theme.ts';
import { createTypesetter } from './typesetter.ts';

export type Printed = {
  readonly content: Content;
  readonly metadata: Metadata;
  /** Width and height in points. */
  readonly size: readonly [number, number];
  readonly accent: Colour;
  readonly tones: ReturnType<typeof toneColours>;
  /** PNG or JPEG. */
  readonly logo: Uint8Array | null;
  /** Small pictures of evidence by the id of the piece; PNG or JPEG. One that cannot be read is left out. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
  readonly qr: string;
  readonly attachments: readonly {
    readonly name: string;
    readonly bytes: Buffer;
    readonly description: string;
    readonly relationship: AFRelationship;
  }[];
  readonly validation: ValidationData;
};

/** Content on paper, as PDF/A-3a and PDF/UA-1 with an open place for the signature; the same input gives the same bytes. */
export async function printDocument(library: FontLibrary, printed: Printed): Promise<Uint8Array> {
  const { content, metadata, accent, tones } = printed;
  const pdf = await PDFDocument.create({ updateMetadata: false });
  describe(pdf, metadata);
  const tags = createTagTree(pdf);
  const typesetter = createTypesetter(library);
  const hash = Buffer.from(metadata.jsonSha256, 'hex');
  const fontTag = [...hash.subarray(0, 6)].map(byte => String.fromCharCode(65 + (byte % 26))).join('');
  const canvas = createCanvas(pdf, library, tags, { size: printed.size, fontTag });
  const frame = createPageFrame({ canvas, tags, typesetter }, content, {
    qr: printed.qr,
    accent,
    logo: printed.logo && (await embedPicture(pdf, printed.logo)),
  });
  const flow = createFlow(canvas, frame.open);
  flow.newPage();
  const images = await embedAll(pdf, printed.pictures);
  drawBlocks({ canvas, flow, tags, typesetter, tones, accent, images }, content.blocks);
  frame.close();
  await canvas.finish();

  for (const { name, bytes, description, relationship } of printed.attachments)
    await pdf.attach(bytes, name, {
      creationDate: metadata.issuedAt,
      modificationDate: metadata.issuedAt,
      mimeType: 'application/json',
      description,
      afRelationship: relationship,
    });
  const [firstPage] = canvas.pages();
  if (!firstPage) throw new Error('a document has at least one page');
  reserveSignature(pdf, firstPage, tags, {
    issuedAt: metadata.issuedAt,
    signer: content.issuerName,
    place: content.issuerPlace,
    label: content.signatureLabel,
  });
  addValidationData(pdf, printed.validation);
  tags.finish(canvas.pages());
  declareConformance(pdf, metadata);
  return pdf.save({ useObjectStreams: false, updateFieldAppearances: false });
}

async function embedAll(pdf: PDFDocument, pictures: Printed['pictures']): Promise<Map<string, PDFImage>> {
  const images = new Map<string, PDFImage>();
  for (const [id, bytes] of pictures) {
    try {
      images.set(id, await embedPicture(pdf, bytes, 'A picture'));
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
    }
  }
  return images;
}
