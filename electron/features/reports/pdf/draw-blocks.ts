import type { PDFImage } from 'pdf-lib';
import type { Block, Cell, Fact, StatusMark, Tone } from '../document/blocks.ts';
import type { Canvas } from './canvas.ts';
import type { Box, Flow } from './flow.ts';
import type { Weight } from './fonts.ts';
import { drawStatusShape, drawToneShape } from './shapes.ts';
import type { Element, TagTree } from './tags.ts';
import { hair, ink, leading, muted, space, statusColours, type } from './theme.ts';
import type { Typesetter } from './typesetter.ts';

export type Press = {
  canvas: Canvas;
  flow: Flow;
  tags: TagTree;
  typesetter: Typesetter;
  tones: Record<Tone, Box['colour']>;
  /** The site's own colour; ink without one. */
  accent: Box['colour'];
  /** Small pictures of evidence by the id of the piece. */
  images: ReadonlyMap<string, PDFImage>;
};

type TextStyle = { weight: Weight; size: number; colour: Box['colour'] };
const body: TextStyle = { weight: 'regular', size: type.body, colour: ink };
const label: TextStyle = { weight: 'regular', size: type.label, colour: muted };

/** Draws the blocks one under the other, tagged in reading order. */
export function drawBlocks(press: Press, blocks: readonly Block[]): void {
  blocks.forEach((block, index) => {
    const next = blocks[index + 1];
    if (block.kind === 'heading') press.flow.need(headingHeight + (next ? togetherHeight(next) : 0));
    drawBlock(press, block);
  });
}

const headingHeight = 30;

/** Height to keep with the heading above: all of a short block, the beginning of a long one. An estimate will do. */
function togetherHeight(block: Block): number {
  const rows = block.kind === 'table' ? block.rows.length + 1 : block.kind === 'facts' ? block.facts.length / 2 : 3;
  const height = rows * 18;
  return height <= 150 ? height : 54;
}

function drawBlock(press: Press, block: Block): void {
  if (block.kind === 'heading') drawHeading(press, block.level, block.text);
  if (block.kind === 'facts') drawFacts(press, block.facts);
  if (block.kind === 'table') drawTable(press, block);
  if (block.kind === 'paragraph') drawParagraph(press, block.text, block.quiet === true);
  if (block.kind === 'callout') drawCallout(press, block);
  if (block.kind === 'status') drawStatus(press, block);
  if (block.kind === 'pictures') drawPictures(press, block.pictures);
  if (block.kind === 'page_break') press.flow.newPage();
}

function box(press: Press, element: Element, text: string, x: number, width: number, style: TextStyle): Box {
  const { weight, size, colour } = style;
  return { element, lines: press.typesetter.wrap(text, weight, size, width), x, width, size, colour };
}

function drawHeading({ canvas, flow, tags, typesetter, accent }: Press, level: 2 | 3, text: string): void {
  const size = level === 2 ? type.section : type.sub;
  flow.move(9);
  const lines = typesetter.wrap(text, 'bold', size, flow.width);
  const element = tags.add(level === 2 ? 'H2' : 'H3', tags.root);
  flow.row([{ element, lines, x: flow.left, width: flow.width, size, colour: ink }]);
  canvas.rectangle(flow.left, flow.y() - 2.2, flow.width, 0.8, { fill: accent });
  flow.move(5);
}

function drawParagraph(press: Press, text: string, quiet: boolean): void {
  const { flow, tags } = press;
  const element = tags.add('P', tags.root);
  flow.row([box(press, element, text, flow.left, flow.width, quiet ? label : body)], { after: quiet ? 0 : 4 });
}

/** Two facts side by side; a wide one, or one whose value needs the room, alone. */
function factRows(press: Press, facts: readonly Fact[], columnWidth: number): (readonly [Fact, Fact?])[] {
  const rows: (readonly [Fact, Fact?])[] = [];
  let waiting: Fact | null = null;
  const flush = () => {
    if (waiting) rows.push([waiting]);
    waiting = null;
  };
  for (const fact of facts) {
    const long = press.typesetter.line(fact.value).width * type.body > columnWidth;
    if (fact.wide || long) {
      flush();
      rows.push([fact]);
    } else if (waiting) {
      rows.push([waiting, fact]);
      waiting = null;
    } else waiting = fact;
  }
  flush();
  return rows;
}

function drawFacts(press: Press, facts: readonly Fact[], inset = 0): void {
  if (facts.length === 0) return;
  const { canvas, flow, tags } = press;
  const width = flow.width - inset;
  const half = (width - space.gutter) / 2;
  const table = tags.add('Table', tags.root);
  const boxes = (fact: Fact, x: number, available: number): Box[] => {
    const row = tags.add('TR', table);
    const name = tags.add('TH', row, { scope: 'Row' });
    const value = tags.add('TD', row);
    return [
      box(press, name, fact.label, x, space.label - 6, label),
      box(press, value, fact.value, x + space.label, available - space.label, body),
    ];
  };
  for (const [first, second] of factRows(press, facts, half - space.label)) {
    const left = flow.left + inset;
    const row = second
      ? [...boxes(first, left, half), ...boxes(second, left + half + space.gutter, half)]
      : boxes(first, left, width);
    flow.row(row, {
      before: 1.2,
      after: 1.3,
      onPart: ({ bottom }) => canvas.rectangle(left, bottom, width, 0.4, { fill: hair }),
    });
  }
  flow.move(4);
}

function drawTable(press: Press, block: Extract<Block, { kind: 'table' }>): void {
  const { canvas, flow, tags, typesetter } = press;
  const table = tags.add('Table', tags.root);
  const edges = [0];
  for (const column of block.columns) edges.push((edges.at(-1) ?? 0) + column.share * flow.width);
  const span = (index: number) => {
    const start = edges[index] ?? 0;
    return { x: flow.left + start, width: (edges[index + 1] ?? flow.width) - start - 6 };
  };
  const style: TextStyle = { ...label, weight: 'bold' };
  const rule = (bottom: number, thick: boolean) =>
    canvas.rectangle(flow.left, bottom, flow.width, thick ? 0.7 : 0.4, { fill: thick ? muted : hair });

  const head = tags.add('TR', table);
  const headBoxes = block.columns.map((column, index) => {
    const { x, width } = span(index);
    return box(press, tags.add('TH', head, { scope: 'Column' }), column.title, x, width, style);
  });
  flow.need(44);
  flow.row(headBoxes, { before: 1.5, after: 1.5, onPart: ({ bottom }) => rule(bottom, true) });

  const repeatHead = () => {
    block.columns.forEach((column, index) => {
      const line = typesetter.line(column.title, 'bold');
      canvas.text(null, line, span(index).x, flow.y() - style.size, style.size, style.colour);
    });
    flow.move(style.size * leading + 3);
    rule(flow.y(), true);
  };
  for (const cells of block.rows) {
    const row = tags.add('TR', table);
    const boxes = cells.map((cell, index) => cellBox(press, tags.add('TD', row), cell, span(index)));
    flow.row(boxes, {
      before: 1.5,
      after: 1.5,
      onBreak: repeatHead,
      onPart: ({ top, bottom, first }) => {
        rule(bottom, false);
        if (first) drawTones(press, cells, top, span);
      },
    });
  }
  flow.move(4);
}

function cellBox(press: Press, element: Element, cell: Cell, { x, width }: { x: number; width: number }): Box {
  if (typeof cell === 'string') return box(press, element, cell, x, width, body);
  const style: TextStyle = { weight: 'bold', size: type.body, colour: press.tones[cell.tone] };
  return box(press, element, cell.text, x + 12, width - 12, style);
}

function drawTones(press: Press, cells: readonly Cell[], top: number, span: (index: number) => { x: number }): void {
  cells.forEach((cell, index) => {
    if (typeof cell === 'string') return;
    const place = { x: span(index).x + 4, y: top - 1.5 - type.body * leading * 0.48, radius: 3 };
    drawToneShape(press.canvas, cell.tone, place, press.tones[cell.tone]);
  });
}

function drawCallout(press: Press, block: Extract<Block, { kind: 'callout' }>): void {
  const { canvas, flow, tags } = press;
  const { accent } = statusColours[block.mark];
  const inset = 12;
  flow.need(90);
  flow.move(8);
  const element = tags.add('H2', tags.root);
  const style: TextStyle = { weight: 'bold', size: type.section, colour: accent };
  const bar = ({ top, bottom }: { top: number; bottom: number }) =>
    canvas.rectangle(flow.left, bottom, 3, top - bottom, { fill: accent });
  flow.row([box(press, element, block.title, flow.left + inset, flow.width - inset, style)], {
    before: 2,
    after: 4,
    onPart: bar,
  });
  const table = tags.add('Table', tags.root);
  for (const fact of block.facts) {
    const row = tags.add('TR', table);
    const x = flow.left + inset;
    const valueWidth = flow.width - inset - space.label - 16;
    const boxes = [
      box(press, tags.add('TH', row, { scope: 'Row' }), fact.label, x, space.label + 10, label),
      box(press, tags.add('TD', row), fact.value, x + space.label + 16, valueWidth, body),
    ];
    flow.row(boxes, { before: 1.2, after: 1.3, onPart: bar });
  }
  flow.move(4);
}

const pictureBox = { columns: 3, height: 110 };

/** Side by side, each in a box of the same size with its caption below. */
function drawPictures(press: Press, pictures: Extract<Block, { kind: 'pictures' }>['pictures']): void {
  const { flow, tags, images } = press;
  const width = (flow.width - space.gutter * (pictureBox.columns - 1)) / pictureBox.columns;
  const known = pictures.filter(({ id }) => images.has(id));
  for (let at = 0; at < known.length; at += pictureBox.columns) {
    const row = known.slice(at, at + pictureBox.columns);
    flow.need(pictureBox.height + 34);
    const bottom = flow.y() - pictureBox.height;
    const captions = row.map(({ id, caption }, column) => {
      const x = flow.left + column * (width + space.gutter);
      const image = images.get(id);
      if (image) drawPicture(press, image, caption, { x, y: bottom, width, height: pictureBox.height });
      return box(press, tags.add('P', tags.root), caption, x, width, label);
    });
    flow.move(pictureBox.height + 3);
    flow.row(captions, { after: 6 });
  }
}

type Area = { x: number; y: number; width: number; height: number };

/** Whole, as large as the area allows, at its upper left. */
function drawPicture({ canvas, tags }: Press, image: PDFImage, alt: string, area: Area): void {
  const scale = Math.min(area.width / image.width, area.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const [x, y] = [area.x, area.y + area.height - height];
  const element = tags.add('Figure', tags.root, { alt, box: [x, y, x + width, y + height] });
  canvas.image(element, image, { x, y, width, height });
}

const bannerStyle: Record<StatusMark, { border: number; dash?: readonly number[]; hatched?: true }> = {
  erased_verified: { border: 0.8 },
  erased_with_exceptions: { border: 0.8 },
  manual_bypass: { border: 2.4, hatched: true },
  failed: { border: 2 },
  indeterminate: { border: 1.4, dash: [5, 3] },
  none: { border: 0.8 },
};

function drawStatus(press: Press, block: Extract<Block, { kind: 'status' }>): void {
  const { canvas, flow, tags } = press;
  const { accent, tint } = statusColours[block.mark];
  const side = 58;
  const pad = 11;
  const textX = flow.left + side + 14;
  const textWidth = flow.width - side - 14 - pad;
  const section = tags.add('Sect', tags.root);
  const headStyle: TextStyle = { weight: 'bold', size: type.headline, colour: accent };
  const head = box(press, tags.add('P', section), block.headline, textX, textWidth, headStyle);
  const text = box(press, tags.add('P', section), block.explanation, textX, textWidth, body);
  const inner = (head.lines.length * head.size + text.lines.length * text.size) * leading + 2;
  const height = Math.max(inner + 2 * pad, 58);
  flow.need(height + 12);
  flow.move(2);
  const bottom = flow.y() - height;
  const style = bannerStyle[block.mark];
  const frame = { stroke: accent, lineWidth: style.border, ...(style.dash ? { dash: style.dash } : {}) };
  canvas.rectangle(flow.left, bottom, flow.width, height, { fill: tint, ...frame });
  if (style.hatched) hatch(canvas, flow.left, bottom, side, height, accent);
  const place = { x: flow.left + side / 2, y: bottom + height / 2, radius: 17 };
  drawStatusShape(canvas, block.mark, place, accent);
  flow.move((height - inner) / 2);
  flow.row([head], { after: 2 });
  flow.row([text]);
  flow.move(flow.y() - bottom + 9);
}

/** Diagonal stripes: the mark of a manual sanitisation, also on a black and white print. */
function hatch(canvas: Canvas, x: number, y: number, width: number, height: number, colour: Box['colour']): void {
  for (let offset = -height; offset < width; offset += 7) {
    const from = Math.max(0, -offset);
    const to = Math.min(height, width - offset);
    if (to <= from) continue;
    const start = [x + offset + from, y + from] as const;
    const end = [x + offset + to, y + to] as const;
    canvas.path(null, [{ to: start, move: true }, { to: end }], { stroke: colour, lineWidth: 1.1 });
  }
}
