import {
  type PDFDocument,
  type PDFFont,
  PDFHexString,
  type PDFImage,
  PDFName,
  type PDFPage,
  type PDFRef,
} from 'pdf-lib';
import type { Face, FontLibrary } from './fonts.ts';
import type { Element, TagTree } from './tags.ts';
import type { Line } from './typesetter.ts';

export type Colour = readonly [red: number, green: number, blue: number];
export type Paint = { fill?: Colour; stroke?: Colour; lineWidth?: number; dash?: readonly number[] };
type Point = readonly [x: number, y: number];

/** Straight and curved pieces of a path, in points from the lower left corner of the page. */
export type PathStep =
  | { readonly to: Point; readonly move?: true }
  | { readonly curve: readonly [Point, Point, Point] }
  | 'close';

export type Canvas = {
  readonly width: number;
  readonly height: number;
  /** Opens a page; everything drawn next lands on it. Returns its number from 0. */
  addPage(): number;
  /** Goes back to an earlier page. */
  turnTo(page: number): void;
  readonly pages: () => readonly PDFPage[];
  /** Draws a line of text with its baseline at `y`; `element` null makes it an artifact. */
  text(element: Element | null, line: Line, x: number, y: number, size: number, colour: Colour): void;
  /** Draws a shape: decoration when `element` is null. */
  path(element: Element | null, steps: readonly PathStep[], paint: Paint): void;
  rectangle(x: number, y: number, width: number, height: number, paint: Paint): void;
  image(element: Element, image: PDFImage, box: { x: number; y: number; width: number; height: number }): void;
  /** Large turned text behind the content, an artifact. */
  watermark(line: Line, size: number, colour: Colour): void;
  /** Embeds the fonts that were used and writes the pages. */
  finish(): Promise<void>;
};

type Sheet = { page: PDFPage; parts: (string | (() => string))[]; fontKeys: Map<PDFRef, string> };

/** Draws tagged content on pages of one document; nothing is written before `finish`. */
export function createCanvas(
  document: PDFDocument,
  library: FontLibrary,
  tags: TagTree,
  options: { size: readonly [number, number]; fontTag: string },
): Canvas {
  const [width, height] = options.size;
  const sheets: Sheet[] = [];
  const faces = new Set<Face>();
  const fonts = new Map<Face, PDFFont>();
  let open = 0;

  const sheet = (): Sheet => {
    const current = sheets[open];
    if (!current) throw new Error('no page is open');
    return current;
  };

  const marked = (element: Element | null, actualText: string | null, body: string | (() => string)) => {
    const { page, parts } = sheet();
    if (!element) parts.push('/Artifact BMC', body, 'EMC');
    else {
      const spelt = actualText === null ? '' : ` /ActualText ${PDFHexString.fromText(actualText)}`;
      parts.push(`/${element.role} <</MCID ${tags.mark(element, page.ref)}${spelt}>> BDC`, body, 'EMC');
    }
  };

  const fontKey = ({ page, fontKeys }: Sheet, font: PDFFont): string => {
    const known = fontKeys.get(font.ref);
    if (known) return known;
    const key = `F${fontKeys.size + 1}`;
    fontKeys.set(font.ref, key);
    page.node.setFontDictionary(PDFName.of(key), font.ref);
    return key;
  };

  const show = (on: Sheet, line: Line, size: number, place: (offset: number) => string) => {
    for (const run of line.runs) faces.add(run.face);
    return () => {
      let offset = 0;
      const shown: string[] = [];
      for (const run of line.runs) {
        const font = fonts.get(run.face);
        if (!font) throw new Error(`font ${run.face.name} is not embedded`);
        shown.push(`/${fontKey(on, font)} ${n(size)} Tf ${place(offset)} Tm ${font.encodeText(run.text)} Tj`);
        offset += run.width * size;
      }
      return shown.join('\n');
    };
  };

  const path = (steps: readonly PathStep[], paint: Paint) =>
    `q ${paintState(paint)} ${steps.map(pathStep).join(' ')} ${paintOperator(paint)} Q`;

  return {
    width,
    height,
    addPage: () => {
      const page = document.addPage([width, height]);
      page.node.set(PDFName.of('Tabs'), PDFName.of('S'));
      sheets.push({ page, parts: [], fontKeys: new Map() });
      open = sheets.length - 1;
      return open;
    },
    turnTo: page => {
      open = page;
    },
    pages: () => sheets.map(({ page }) => page),
    text: (element, line, x, y, size, colour) => {
      const body = show(sheet(), line, size, offset => `1 0 0 1 ${n(x + offset)} ${n(y)}`);
      marked(element, line.complex ? line.text : null, () => `BT ${rgb(colour)} rg\n${body()}\nET`);
    },
    path: (element, steps, paint) => marked(element, null, path(steps, paint)),
    rectangle: (x, y, w, h, paint) =>
      marked(null, null, `q ${paintState(paint)} ${n(x)} ${n(y)} ${n(w)} ${n(h)} re ${paintOperator(paint)} Q`),
    image: (element, image, box) => {
      const key = `Im${image.ref.objectNumber}`;
      sheet().page.node.setXObject(PDFName.of(key), image.ref);
      marked(element, null, `q ${n(box.width)} 0 0 ${n(box.height)} ${n(box.x)} ${n(box.y)} cm /${key} Do Q`);
    },
    watermark: (line, size, colour) => {
      const angle = Math.atan2(height, width);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const half = (line.width * size) / 2;
      const [x, y] = [width / 2 - half * cos + (size / 3) * sin, height / 2 - half * sin - (size / 3) * cos];
      const matrix = [cos, sin, -sin, cos].map(v => v.toFixed(5)).join(' ');
      const body = show(sheet(), line, size, offset => `${matrix} ${n(x + offset * cos)} ${n(y + offset * sin)}`);
      marked(null, null, () => `BT ${rgb(colour)} rg\n${body()}\nET`);
    },
    finish: async () => {
      document.registerFontkit(library.engine);
      for (const face of faces) {
        const customName = `${options.fontTag}+${face.name}`;
        fonts.set(face, await document.embedFont(face.bytes, { subset: true, customName }));
      }
      for (const { page, parts } of sheets) {
        const content = parts.map(part => (typeof part === 'string' ? part : part())).join('\n');
        page.node.set(PDFName.of('Contents'), document.context.register(document.context.flateStream(content)));
      }
    },
  };
}

function n(value: number): string {
  return String(Number(value.toFixed(3)));
}

function rgb(colour: Colour): string {
  return colour.map(n).join(' ');
}

function paintState({ fill, stroke, lineWidth, dash }: Paint): string {
  const state: string[] = [];
  if (fill) state.push(`${rgb(fill)} rg`);
  if (stroke) state.push(`${rgb(stroke)} RG ${n(lineWidth ?? 1)} w 1 j 1 J`);
  if (dash) state.push(`[${dash.map(n).join(' ')}] 0 d`);
  return state.join(' ');
}

function paintOperator({ fill, stroke }: Paint): string {
  if (fill && stroke) return 'B';
  return fill ? 'f' : stroke ? 'S' : 'n';
}

function pathStep(step: PathStep): string {
  if (step === 'close') return 'h';
  if ('curve' in step) return `${step.curve.map(([x, y]) => `${n(x)} ${n(y)}`).join(' ')} c`;
  return `${n(step.to[0])} ${n(step.to[1])} ${step.move ? 'm' : 'l'}`;
}
