import type { StatusMark, Tone } from '../document/blocks.ts';
import type { Canvas, Colour, PathStep } from './canvas.ts';
import { white } from './theme.ts';

type Place = { readonly x: number; readonly y: number; readonly radius: number };

/** Draws the shape of a status around a centre: each is told apart by its outline alone. */
export function drawStatusShape(canvas: Canvas, mark: StatusMark, place: Place, accent: Colour): void {
  const { x, y, radius: r } = place;
  const outline = outlines[mark](x, y, r);
  if (mark === 'manual_bypass' || mark === 'none')
    canvas.path(null, outline, { fill: white, stroke: accent, lineWidth: r * 0.13 });
  else canvas.path(null, outline, { fill: accent });
  const stroke = mark === 'manual_bypass' || mark === 'none' ? accent : white;
  for (const steps of signs[mark](x, y, r)) canvas.path(null, steps, { stroke, lineWidth: r * 0.2 });
  for (const steps of dots[mark]?.(x, y, r) ?? []) canvas.path(null, steps, { fill: stroke });
}

/** Draws the small sign of a result left of its word. */
export function drawToneShape(canvas: Canvas, tone: Tone, place: Place, colour: Colour): void {
  const { x, y, radius: r } = place;
  const paint = { stroke: colour, lineWidth: r * 0.42 };
  if (tone === 'good') canvas.path(null, tick(x, y, r * 1.3), paint);
  if (tone === 'bad') for (const steps of cross(x, y, r)) canvas.path(null, steps, paint);
  if (tone === 'open') canvas.path(null, circle(x, y, r * 0.8), { stroke: colour, lineWidth: r * 0.3 });
  if (tone === 'warn') canvas.path(null, polygon(x, y - r * 0.12, r * 1.15, 3, 90), { fill: colour });
}

/** Height of the sign of a device for a width of one. */
export const deviceRatio = 1.9;

/** Draws the sign of a handheld device, whatever it is; `x`, `y` is its lower left corner. */
export function drawDeviceShape(canvas: Canvas, x: number, y: number, width: number, colour: Colour): void {
  const height = width * deviceRatio;
  const lineWidth = width * 0.12;
  canvas.path(null, roundedRectangle(x, y, width, height, width * 0.22), { stroke: colour, lineWidth });
  const middle = x + width / 2;
  const speaker = y + height - width * 0.26;
  canvas.path(null, line([middle - width * 0.13, speaker], [middle + width * 0.13, speaker]), {
    stroke: colour,
    lineWidth,
  });
}

const outlines: Record<StatusMark, (x: number, y: number, r: number) => PathStep[]> = {
  erased_verified: circle,
  erased_with_exceptions: (x, y, r) => polygon(x, y - r * 0.18, r * 1.2, 3, 90),
  manual_bypass: (x, y, r) => polygon(x, y, r * 1.1, 4, 90),
  failed: (x, y, r) => polygon(x, y, r * 1.05, 8, 22.5),
  indeterminate: (x, y, r) => polygon(x, y, r * 1.3, 4, 45),
  none: circle,
};

const signs: Record<StatusMark, (x: number, y: number, r: number) => PathStep[][]> = {
  erased_verified: (x, y, r) => [tick(x, y, r)],
  erased_with_exceptions: (x, y, r) => [line([x, y + r * 0.38], [x, y - r * 0.18])],
  manual_bypass: (x, y, r) => [shoulders(x, y, r)],
  failed: (x, y, r) => cross(x, y, r * 0.55),
  indeterminate: (x, y, r) => [hook(x, y, r)],
  none: (x, y, r) => [line([x - r * 0.45, y], [x + r * 0.45, y])],
};

const dots: Partial<Record<StatusMark, (x: number, y: number, r: number) => PathStep[][]>> = {
  erased_with_exceptions: (x, y, r) => [circle(x, y - r * 0.5, r * 0.12)],
  manual_bypass: (x, y, r) => [circle(x, y + r * 0.26, r * 0.22)],
  indeterminate: (x, y, r) => [circle(x, y - r * 0.56, r * 0.13)],
};

function line(from: readonly [number, number], to: readonly [number, number]): PathStep[] {
  return [{ to: from, move: true }, { to }];
}

function tick(x: number, y: number, r: number): PathStep[] {
  return [
    { to: [x - r * 0.45, y + r * 0.02], move: true },
    { to: [x - r * 0.12, y - r * 0.34] },
    { to: [x + r * 0.48, y + r * 0.38] },
  ];
}

function cross(x: number, y: number, r: number): PathStep[][] {
  return [
    line([x - r * 0.75, y - r * 0.75], [x + r * 0.75, y + r * 0.75]),
    line([x - r * 0.75, y + r * 0.75], [x + r * 0.75, y - r * 0.75]),
  ];
}

function shoulders(x: number, y: number, r: number): PathStep[] {
  return [
    { to: [x - r * 0.42, y - r * 0.42], move: true },
    {
      curve: [
        [x - r * 0.42, y + r * 0.06],
        [x + r * 0.42, y + r * 0.06],
        [x + r * 0.42, y - r * 0.42],
      ],
    },
  ];
}

function hook(x: number, y: number, r: number): PathStep[] {
  return [
    { to: [x - r * 0.32, y + r * 0.3], move: true },
    {
      curve: [
        [x - r * 0.32, y + r * 0.72],
        [x + r * 0.36, y + r * 0.72],
        [x + r * 0.34, y + r * 0.28],
      ],
    },
    {
      curve: [
        [x + r * 0.32, y + r * 0.02],
        [x, y + r * 0.02],
        [x, y - r * 0.24],
      ],
    },
  ];
}

function roundedRectangle(x: number, y: number, width: number, height: number, r: number): PathStep[] {
  const k = r * 0.4477;
  const [right, top] = [x + width, y + height];
  type Point = readonly [number, number];
  const bend = (a: Point, b: Point, to: Point): PathStep => ({ curve: [a, b, to] });
  return [
    { to: [x + r, y], move: true },
    { to: [right - r, y] },
    bend([right - k, y], [right, y + k], [right, y + r]),
    { to: [right, top - r] },
    bend([right, top - k], [right - k, top], [right - r, top]),
    { to: [x + r, top] },
    bend([x + k, top], [x, top - k], [x, top - r]),
    { to: [x, y + r] },
    bend([x, y + k], [x + k, y], [x + r, y]),
    'close',
  ];
}

function circle(x: number, y: number, r: number): PathStep[] {
  const k = r * 0.5523;
  return [
    { to: [x + r, y], move: true },
    {
      curve: [
        [x + r, y + k],
        [x + k, y + r],
        [x, y + r],
      ],
    },
    {
      curve: [
        [x - k, y + r],
        [x - r, y + k],
        [x - r, y],
      ],
    },
    {
      curve: [
        [x - r, y - k],
        [x - k, y - r],
        [x, y - r],
      ],
    },
    {
      curve: [
        [x + k, y - r],
        [x + r, y - k],
        [x + r, y],
      ],
    },
    'close',
  ];
}

function polygon(x: number, y: number, r: number, corners: number, startDegrees: number): PathStep[] {
  const points = Array.from({ length: corners }, (_, i): PathStep => {
    const angle = ((startDegrees + (360 / corners) * i) * Math.PI) / 180;
    const to = [x + r * Math.cos(angle), y + r * Math.sin(angle)] as const;
    return i === 0 ? { to, move: true } : { to };
  });
  return [...points, 'close'];
}
