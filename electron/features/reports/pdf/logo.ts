import { JpegEmbedder, PDFDocument, type PDFImage } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';

const mostPixelsOnASide = 4_000;
const png = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * Embeds a PNG or JPEG. Throws BenchError `bad_input` for a damaged picture, one of more than 4,000 pixels on a side,
 * or one in print colours (CMYK), which an archival PDF with screen colours may not hold.
 */
export async function embedLogo(pdf: PDFDocument, bytes: Uint8Array): Promise<PDFImage> {
  try {
    return isPng(bytes) ? await embedPng(pdf, bytes) : await embedJpeg(pdf, bytes);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError('bad_input', 'The logo is damaged and cannot be read. Save it again as PNG.', {
      cause: error,
    });
  }
}

/** The same, for a picture that is not used yet. */
export async function checkLogo(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await embedLogo(await PDFDocument.create(), bytes);
  return { width, height };
}

function isPng(bytes: Uint8Array): boolean {
  return png.equals(bytes.subarray(0, png.length));
}

async function embedPng(pdf: PDFDocument, bytes: Uint8Array): Promise<PDFImage> {
  // A few bytes can claim any size: it is read before a pixel is unpacked.
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseLarge(header.readUInt32BE(16), header.readUInt32BE(20));
  return pdf.embedPng(bytes);
}

async function embedJpeg(pdf: PDFDocument, bytes: Uint8Array): Promise<PDFImage> {
  const { width, height, colorSpace } = await JpegEmbedder.for(bytes);
  refuseLarge(width, height);
  if (`${colorSpace}` === 'DeviceCMYK')
    throw new BenchError('bad_input', 'The logo is in print colours (CMYK). Save it in RGB and choose it again.');
  return pdf.embedJpg(bytes);
}

function refuseLarge(width: number, height: number): void {
  if (width === 0 || height === 0 || width > mostPixelsOnASide || height > mostPixelsOnASide)
    throw new BenchError(
      'bad_input',
      `The logo is larger than ${mostPixelsOnASide} pixels on a side. Save it smaller.`,
    );
}
