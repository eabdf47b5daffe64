import type { PDFImage } from 'pdf-lib';
import type { Content } from '../document/blocks.ts';
import type { Canvas, Colour } from './canvas.ts';
import type { Weight } from './fonts.ts';
import { qrPath } from './qr-code.ts';
import { drawDeviceShape } from './shapes.ts';
import type { TagTree } from './tags.ts';
import { ghost, hair, ink, leading, muted, space, type, white } from './theme.ts';
import type { Typesetter } from './typesetter.ts';

const qrSize = 86;
const noticeHeight = 16;
const deviceWidth = 8;
const logoBox = { width: 150, height: 34 };

/** What surrounds the content: head of the first page, running heads, footers, the mark of training. */
export type PageFrame = {
  /** Draws the head of a page just opened; returns where its content starts. */
  open(page: number): number;
  /** Draws the footers once the number of pages is known. */
  close(): void;
};

export function createPageFrame(
  press: { canvas: Canvas; tags: TagTree; typesetter: Typesetter },
  content: Content,
  { qr, accent, logo }: { qr: string; accent: Colour; logo: PDFImage | null },
): PageFrame {
  const { canvas, tags, typesetter } = press;
  const right = canvas.width - space.margin;

  const training = (first: boolean): number => {
    const top = canvas.height - space.top;
    if (content.watermark === null || content.trainingNotice === null) return top;
    canvas.watermark(typesetter.line(content.watermark, 'bold'), 120, ghost);
    const bottom = canvas.height - 18 - noticeHeight;
    canvas.rectangle(space.margin, bottom, right - space.margin, noticeHeight, { fill: ink });
    const line = typesetter.line(content.trainingNotice, 'bold');
    const element = first ? tags.add('P', tags.root) : null;
    canvas.text(element, line, space.margin + 8, bottom + 4.8, type.body, white);
    return top - 6;
  };

  const firstHead = (top: number): number => {
    const width = right - space.margin - qrSize - space.gutter;
    let y = top - (logo ? drawLogo(logo, top) : 0);
    const paragraph = (role: 'P' | 'H1', text: string, weight: Weight, size: number, colour = ink, indent = 0) => {
      const element = tags.add(role, tags.root);
      for (const line of typesetter.wrap(text, weight, size, width - indent)) {
        canvas.text(element, line, space.margin + indent, y - size * 0.95, size, colour);
        y -= size * (role === 'H1' ? 1.22 : leading);
      }
    };
    paragraph('P', content.issuerName, 'bold', 11, accent);
    if (content.issuerPlace !== '') paragraph('P', content.issuerPlace, 'regular', type.body, muted);
    for (const line of content.issuerAddress) paragraph('P', line, 'regular', type.label, muted);
    y -= 12;
    paragraph('H1', content.title, 'bold', type.title);
    y -= 3;
    if (content.lead !== null) {
      y -= 4;
      drawDeviceShape(canvas, space.margin + 1, y - type.lead * 1.3, deviceWidth, ink);
      paragraph('P', content.lead, 'bold', type.lead, ink, deviceWidth + 8);
    }
    y -= 2;
    paragraph('P', content.subtitle, 'regular', type.body, muted);
    return Math.min(y, drawQr(top)) - 8;
  };

  /** Returns the height it took. */
  const drawLogo = (image: PDFImage, top: number): number => {
    const scale = Math.min(logoBox.width / image.width, logoBox.height / image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    const [x, y] = [space.margin, top - height];
    const element = tags.add('Figure', tags.root, { alt: content.issuerName, box: [x, y, x + width, y + height] });
    canvas.image(element, image, { x, y, width, height });
    return height + 8;
  };

  const drawQr = (top: number): number => {
    const [x, bottom] = [right - qrSize, top - qrSize + 4];
    const box = [x, bottom, right, bottom + qrSize];
    canvas.path(tags.add('Figure', tags.root, { alt: content.qrAlternative, box }), qrPath(qr, x, bottom, qrSize), {
      fill: [0, 0, 0],
    });
    const caption = typesetter.line(content.documentLabel, 'bold');
    const captionX = x + (qrSize - caption.width * type.label) / 2;
    canvas.text(tags.add('P', tags.root), caption, captionX, bottom - type.label, type.label, ink);
    return bottom - type.label * leading;
  };

  const runningHead = (top: number): number => {
    const [title] = typesetter.wrap(content.title, 'bold', type.label, right - space.margin - 90);
    const number = typesetter.line(content.documentLabel);
    if (title) canvas.text(null, title, space.margin, top - type.label, type.label, muted);
    canvas.text(null, number, right - number.width * type.label, top - type.label, type.label, muted);
    canvas.rectangle(space.margin, top - 13, right - space.margin, 0.6, { fill: hair });
    return top - 22;
  };

  return {
    open: page => {
      const top = training(page === 0);
      return page === 0 ? firstHead(top) : runningHead(top);
    },
    close: () => {
      const pages = canvas.pages().length;
      for (let page = 0; page < pages; page++) {
        canvas.turnTo(page);
        const text = content.footer(page + 1, pages);
        const number = typesetter.line(text.right, 'bold');
        canvas.rectangle(space.margin, 42, right - space.margin, 0.6, { fill: hair });
        canvas.text(null, typesetter.line(text.left), space.margin, 32, type.small, muted);
        canvas.text(null, number, right - number.width * type.label, 32, type.label, ink);
      }
    },
  };
}
