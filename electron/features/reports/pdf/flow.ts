import type { Canvas, Colour } from './canvas.ts';
import type { Element } from './tags.ts';
import { leading, space } from './theme.ts';
import type { Line } from './typesetter.ts';

/** Lines of one cell; its lines share a left edge. */
export type Box = {
  readonly element: Element;
  readonly lines: readonly Line[];
  readonly x: number;
  readonly width: number;
  readonly size: number;
  readonly colour: Colour;
};

export type RowOptions = {
  readonly before?: number;
  readonly after?: number;
  /** Called for each part of the row that lies on one page. */
  readonly onPart?: (part: { top: number; bottom: number; first: boolean }) => void;
  /** Called after a page was opened in or before the row. */
  readonly onBreak?: () => void;
};

/** A column of content that continues on the next page. */
export type Flow = {
  readonly left: number;
  readonly width: number;
  /** Upper edge of the free space. */
  y(): number;
  /** Opens a page unless this much height is left. */
  need(height: number): boolean;
  move(height: number): void;
  newPage(): void;
  /** Boxes side by side. A short row stays together, a tall one continues on the next page. */
  row(boxes: readonly Box[], options?: RowOptions): void;
};

/** A row up to this many lines is never split. */
const keepTogetherLines = 8;

export function createFlow(canvas: Canvas, onPage: (page: number) => number): Flow {
  let y = 0;
  const newPage = () => {
    y = onPage(canvas.addPage());
  };
  const room = () => y - space.bottom;
  const need = (height: number) => {
    if (room() >= height) return false;
    newPage();
    return true;
  };

  const drawPart = (boxes: readonly Box[], from: number, count: number, pitch: number) => {
    for (const box of boxes) {
      box.lines.slice(from, from + count).forEach((line, index) => {
        const indent = line.rtl && box.lines.length > 1 ? box.width - line.width * box.size : 0;
        canvas.text(box.element, line, box.x + indent, y - pitch * index - pitch * 0.72, box.size, box.colour);
      });
    }
    y -= pitch * count;
  };

  return {
    left: space.margin,
    width: canvas.width - 2 * space.margin,
    y: () => y,
    need,
    move: height => {
      y -= height;
    },
    newPage,
    row: (boxes, { before = 0, after = 0, onPart, onBreak } = {}) => {
      const pitch = Math.max(...boxes.map(box => box.size)) * leading;
      const total = Math.max(1, ...boxes.map(box => box.lines.length));
      for (let done = 0; done < total; ) {
        const left = total - done;
        const together = left <= keepTogetherLines ? left : 3;
        if (need(before + after + pitch * together)) onBreak?.();
        const count = Math.max(1, Math.min(left, Math.floor((room() - before - after) / pitch)));
        const top = y;
        y -= before;
        drawPart(boxes, done, count, pitch);
        y -= after;
        onPart?.({ top, bottom: y, first: done === 0 });
        done += count;
      }
    },
  };
}
