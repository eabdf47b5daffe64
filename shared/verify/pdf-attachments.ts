import { PDFDocument, PDFName, PDFStream } from 'pdf-lib';

export type OpenedPdf = {
  /** Attached files by name. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
  /** What the XMP packet says about the data: document id and SHA-256 (hex) of report.json; null when absent. */
  readonly documentId: string | null;
  readonly jsonSha256: string | null;
};

/** Reads what a report carries beside its pages. Throws RangeError for a file that is not a readable PDF. */
export async function openPdf(file: Uint8Array): Promise<OpenedPdf> {
  try {
    const pdf = await PDFDocument.load(file, { updateMetadata: false });
    const attached = pdf.getAttachments();
    const names = attached.map(({ name }) => name);
    if (new Set(names).size !== names.length) throw new RangeError('two attachments have the same name');
    const metadata = pdf.catalog.lookup(PDFName.of('Metadata'));
    const packet = metadata instanceof PDFStream ? Buffer.from(metadata.getContents()).toString('utf8') : '';
    return {
      attachments: new Map(attached.map(({ name, data }) => [name, data])),
      documentId: property(packet, 'documentId'),
      jsonSha256: property(packet, 'jsonSha256'),
    };
  } catch (cause) {
    throw new RangeError('The file cannot be read as a PDF.', { cause });
  }
}

function property(packet: string, name: string): string | null {
  return new RegExp(`<veriqko:${name}>([0-9a-f-]+)</veriqko:${name}>`).exec(packet)?.[1] ?? null;
}
