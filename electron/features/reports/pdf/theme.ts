import type { ReportPaper } from '../../../../shared/reports.ts';
import type { StatusMark, Tone } from '../document/blocks.ts';
import type { Colour } from './canvas.ts';

/** ISO 216 A4 and US Letter, in points. */
export const paperSizes = { a4: [595.28, 841.89], letter: [612, 792] } as const satisfies Record<
  ReportPaper,
  readonly [number, number]
>;

export const ink: Colour = [0.09, 0.11, 0.15];
export const muted: Colour = [0.36, 0.4, 0.46];
export const hair: Colour = [0.84, 0.86, 0.89];
export const white: Colour = [1, 1, 1];
export const ghost: Colour = [0.9, 0.9, 0.92];

/** `#rrggbb` as shares of red, green and blue. */
export function colourOf(hex: string): Colour {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) / 255;
  return [part(1), part(3), part(5)];
}

export const type = {
  title: 19,
  section: 10.5,
  sub: 9,
  headline: 14,
  lead: 9.5,
  body: 8.5,
  label: 7.5,
  small: 6.6,
} as const;

/** Line height over type size. */
export const leading = 1.38;

export const space = { margin: 44, top: 40, bottom: 50, gutter: 18, label: 96 } as const;

/** `accent` carries text and shapes (4.5:1 on white and better), `tint` lies behind them. */
export const statusColours: Record<StatusMark, { accent: Colour; tint: Colour }> = {
  erased_verified: { accent: [0.03, 0.42, 0.24], tint: [0.92, 0.97, 0.94] },
  erased_with_exceptions: { accent: [0.56, 0.36, 0], tint: [1, 0.97, 0.89] },
  manual_bypass: { accent: [0.36, 0.16, 0.56], tint: [1, 1, 1] },
  failed: { accent: [0.68, 0.08, 0.1], tint: [1, 0.94, 0.94] },
  indeterminate: { accent: [0.22, 0.26, 0.32], tint: [0.95, 0.95, 0.96] },
  none: { accent: [0.36, 0.4, 0.46], tint: [1, 1, 1] },
};

/** On a document that vouches for no erasure, nothing is green. */
export function toneColours(mark: StatusMark): Record<Tone, Colour> {
  const vouches = mark === 'erased_verified' || mark === 'erased_with_exceptions' || mark === 'none';
  return vouches ? tones : { ...tones, good: ink };
}

const tones: Record<Tone, Colour> = {
  good: statusColours.erased_verified.accent,
  warn: statusColours.erased_with_exceptions.accent,
  bad: statusColours.failed.accent,
  open: muted,
};
