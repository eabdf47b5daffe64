import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fontkit from '@cantoo/fontkit';
import bwip from 'bwip-js';
import { PDFDocument, type PDFFont, type PDFPage, rgb } from 'pdf-lib';
import { encode } from 'uqr';
import type { Label, LabelPart } from './label.ts';

export type DrawnLabel = { readonly svg: string; readonly pdf: Uint8Array };

type Rectangle = { x: number; y: number; width: number; height: number };
type Drawn = Rectangle | { x: number; y: number; height: number; text: string };

/** The label as a picture for the screen and as a page of its own size. `fontsDir` holds the fonts of the bench. */
export async function drawLabel(label: Label, fontsDir: string): Promise<DrawnLabel> {
  const drawn = label.parts.flatMap(drawnParts);
  return { svg: toSvg(label, drawn), pdf: await toPdf(label, drawn, fontsDir) };
}

function drawnParts(part: LabelPart): Drawn[] {
  switch (part.kind) {
    case 'text':
      return [part];
    case 'line':
      return [{ x: part.x, y: part.y, width: part.width, height: part.thickness }];
    case 'code128':
      return bars(part);
    case 'qr':
      return cells(part);
  }
}

function bars({ x, y, width, height, data }: LabelPart & { kind: 'code128' }): Rectangle[] {
  const [symbol] = bwip.raw({ bcid: 'code128', text: data });
  const widths = symbol && 'sbs' in symbol ? symbol.sbs : [];
  const quiet = 10;
  const module = Math.min(0.5, width / (widths.reduce((sum, w) => sum + w, 0) + 2 * quiet));
  let at = x + quiet * module;
  return widths.flatMap((units, index) => {
    const bar = { x: at, y, width: units * module, height };
    at += units * module;
    return index % 2 === 0 ? [bar] : [];
  });
}

function cells({ x, y, size, data }: LabelPart & { kind: 'qr' }): Rectangle[] {
  const code = encode(data, { ecc: 'M', border: 2 });
  const cell = size / code.size;
  return code.data.flatMap((row, line) =>
    row.flatMap((dark, column) =>
      dark ? [{ x: x + column * cell, y: y + line * cell, width: cell, height: cell }] : [],
    ),
  );
}

function toSvg({ widthMm, heightMm }: Label, drawn: readonly Drawn[]): string {
  const n = (value: number) => String(Number(value.toFixed(3)));
  const shapes = drawn.map(part =>
    'text' in part
      ? `<text x="${n(part.x)}" y="${n(part.y + part.height * 0.85)}" font-size="${n(part.height)}">${escaped(part.text)}</text>`
      : `<path d="M${n(part.x)} ${n(part.y)}h${n(part.width)}v${n(part.height)}h-${n(part.width)}z"/>`,
  );
  const box = `viewBox="0 0 ${widthMm} ${heightMm}" width="${widthMm}mm" height="${heightMm}mm"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${box} font-family="sans-serif" font-weight="600">${shapes.join('')}</svg>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const pointsPerMm = 72 / 25.4;
const latinFont = 'NotoSans-Bold';
/** Ideographs, kana, hangul and signs; it has no Latin letters. */
const otherFont = 'DroidSansFallbackFull';
const latin = /[\u0020-\u024f\u0370-\u04ff\u2010-\u2026]+/g;
/** Splits a text into what that font has and what it has not. */
const latinRuns = new RegExp(`(${latin.source})`);

type Fonts = { latin: PDFFont; other: PDFFont | null };

async function toPdf({ widthMm, heightMm }: Label, drawn: readonly Drawn[], fontsDir: string): Promise<Uint8Array> {
  const pdf = await PDFDocument.create({ updateMetadata: false });
  pdf.registerFontkit(fontkit);
  const page = pdf.addPage([widthMm * pointsPerMm, heightMm * pointsPerMm]);
  const embed = async (name: string) => pdf.embedFont(await readFile(join(fontsDir, `${name}.ttf`)), { subset: true });
  const words = drawn.flatMap(part => ('text' in part ? [part.text] : [])).join('');
  const fonts = {
    latin: await embed(latinFont),
    other: words.replaceAll(latin, '') === '' ? null : await embed(otherFont),
  };
  for (const part of drawn) {
    if ('text' in part) drawText(page, part, heightMm, fonts);
    else
      page.drawRectangle({
        x: part.x * pointsPerMm,
        y: (heightMm - part.y - part.height) * pointsPerMm,
        width: part.width * pointsPerMm,
        height: part.height * pointsPerMm,
        color: rgb(0, 0, 0),
      });
  }
  return pdf.save();
}

function drawText(page: PDFPage, part: Drawn & { text: string }, heightMm: number, fonts: Fonts): void {
  const size = part.height * pointsPerMm;
  let x = part.x * pointsPerMm;
  for (const run of part.text.split(latinRuns)) {
    if (run === '') continue;
    const font = (run.replaceAll(latin, '') === '' ? null : fonts.other) ?? fonts.latin;
    page.drawText(run, { x, y: (heightMm - part.y - part.height * 0.85) * pointsPerMm, size, font });
    x += font.widthOfTextAtSize(run, size);
  }
}
