import { JpegEmbedder, PDFDocument, type PDFImage } from 'pdf-lib';
import { BenchError } from '../../../../shared/errors.ts';

const mostPixelsOnASide = 4_000;
const png = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * Embeds a PNG or JPEG, called `what` where it is refused. Throws BenchError `bad_input` for a damaged picture, one of
 * more than 4,000 pixels on a side,
 * or one in print colours (CMYK), which an archival PDF with screen colours may not hold.
 */
export async function embedPicture(pdf: PDFDocument, bytes: Uint8Array, what = 'The logo'): Promise<PDFImage> {
  try {
    return isPng(bytes) ? await embedPng(pdf, bytes, what) : await embedJpeg(pdf, bytes, what);
  } catch (error) {
    if (error instanceof BenchError) throw error;
    throw new BenchError('bad_input', `${what} is damaged and cannot be read. Save it again as PNG.`, {
      cause: error,
    });
  }
}

/** The same, for a picture that is not used yet. */
export async function checkLogo(bytes: Uint8Array): Promise<{ width: number; height: number }> {
  const { width, height } = await embedPicture(await PDFDocument.create(), bytes);
  return { width, height };
}

function isPng(bytes: Uint8Array): boolean {
  return png.equals(bytes.subarray(0, png.length));
}

async function embedPng(pdf: PDFDocument, bytes: Uint8Array, what: string): Promise<PDFImage> {
  // A few bytes can claim any size: it is read before a pixel is unpacked.
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  refuseLarge(header.readUInt32BE(16), header.readUInt32BE(20), what);
  return pdf.embedPng(bytes);
}

async function embedJpeg(pdf: PDFDocument, bytes: Uint8Array, what: string): Promise<PDFImage> {
  const { width, height, colorSpace } = await JpegEmbedder.for(bytes);
  refuseLarge(width, height, what);
  if (`${colorSpace}` === 'DeviceCMYK')
    throw new BenchError('bad_input', `${what} is in print colours (CMYK). Save it in RGB and choose it again.`);
  return pdf.embedJpg(bytes);
}

function refuseLarge(width: number, height: number, what: string): void {
  if (width === 0 || height === 0 || width > mostPixelsOnASide || height > mostPixelsOnASide)
    throw new BenchError('bad_input', `${what} is larger than ${mostPixelsOnASide} pixels on a side. Save it smaller.`);
}
