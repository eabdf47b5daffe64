import bidiModule, { type Bidi } from 'bidi-js';
import { BenchError } from '../../../../shared/errors.ts';
import { type Face, type FontLibrary, plainText, type Weight } from './fonts.ts';

/** A piece of a line drawn with one face, in visual order. `width` is for a size of 1. */
export type Run = { readonly face: Face; readonly text: string; readonly width: number };
export type Line = {
  readonly runs: readonly Run[];
  readonly text: string;
  readonly width: number;
  /** The drawn glyphs do not spell the text in order, so readers need it told. */
  readonly complex: boolean;
  readonly rtl: boolean;
};

export type Typesetter = {
  /** One line without breaking. */
  line(text: string, weight?: Weight): Line;
  /** Lines that fit `maxWidth` at `size`; line feeds in the text are kept. */
  wrap(text: string, weight: Weight, size: number, maxWidth: number): Line[];
};

/** A shorter word is not broken at its hyphens: it may be an identifier. */
const longWord = 24;
const complexScript = /[\u0590-\u08ff\u0900-\u0dff\u0e00-\u0eff\ufb1d-\ufdff\ufe70-\ufeff]/;
const rightToLeftScript = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
// Controls and bidi overrides could make a printed name read as another one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed here
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g;
const joiner = /\p{Default_Ignorable_Code_Point}/u;
const ideograph = /[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;
const closing = /^[)\]}»”’,.;:!?、。，．：；！？）］｝」』】〕〉》ー々]/;

/** Shapes text with the library's faces. Throws BenchError `report_failed` naming a code point that no face covers. */
export function createTypesetter(library: FontLibrary): Typesetter {
  const bidi = createBidi();
  const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
  const widths = new Map<Face, Map<string, number>>();

  const widthOf = (face: Face, text: string): number => {
    const known = widths.get(face) ?? new Map<string, number>();
    widths.set(face, known);
    const cached = known.get(text);
    if (cached !== undefined) return cached;
    const { glyphs } = face.font.layout(text);
    const width = glyphs.reduce((sum, glyph) => sum + glyph.advanceWidth, 0) / face.font.unitsPerEm;
    known.set(text, width);
    return width;
  };

  const faceOf = (cluster: string, weight: Weight, previous: Face | undefined): { face: Face; text: string } => {
    const codePoints = codePointsOf(cluster);
    if (cluster === ' ' && previous?.font.hasGlyphForCodePoint(32)) return { face: previous, text: cluster };
    const whole = library.faceFor(codePoints, weight);
    if (whole) return { face: whole, text: cluster };
    const bare = [...cluster].filter(c => !joiner.test(c)).join('');
    const face = library.faceFor(codePointsOf(bare), weight);
    if (face) return { face, text: bare };
    throw missingGlyph(codePoints.filter(codePoint => !library.faceFor([codePoint], weight)));
  };

  const line = (raw: string, weight: Weight = 'regular', base: 'ltr' | 'rtl' = 'ltr'): Line => {
    const text = clean(raw);
    const plain = base === 'ltr' && plainText.test(text);
    const simple = plain ? library.faceFor(codePointsOf(text), weight) : null;
    if (simple) {
      const width = widthOf(simple, text);
      const runs = text === '' ? [] : [{ face: simple, text, width }];
      return { runs, text, width, complex: false, rtl: false };
    }
    const embedding = bidi.getEmbeddingLevels(text, base);
    const pieces: { face: Face; text: string; level: number }[] = [];
    for (const { segment, index } of graphemes.segment(text)) {
      const level = embedding.levels[index] ?? 0;
      const mirrored = level % 2 === 1 ? (bidi.getMirroredCharacter(segment) ?? segment) : segment;
      const last = pieces.at(-1);
      const set = faceOf(mirrored, weight, last?.face);
      if (last && last.level === level && last.face === set.face) last.text += set.text;
      else pieces.push({ ...set, level });
    }
    const runs = reorder(pieces)
      .filter(piece => piece.text !== '')
      .map(piece => ({ face: piece.face, text: piece.text, width: widthOf(piece.face, piece.text) }));
    return {
      runs,
      text,
      width: runs.reduce((sum, run) => sum + run.width, 0),
      complex: complexScript.test(text),
      rtl: base === 'rtl',
    };
  };

  const wrap = (raw: string, weight: Weight, size: number, maxWidth: number): Line[] => {
    const limit = maxWidth / size;
    const measure = (text: string) => line(text, weight).width;
    return raw.split(/\r\n|\r|\n/).flatMap(paragraph => {
      const base = startsRightToLeft(paragraph) ? 'rtl' : 'ltr';
      return fill(breakable(clean(paragraph), graphemes), measure, limit, graphemes).map(text =>
        line(text, weight, base),
      );
    });
  };

  return { line: (text, weight) => line(text, weight), wrap };
}

/** bidi-js is CommonJS whose types describe an ES module: its default export arrives under either shape. */
function createBidi(): Bidi {
  const exported: unknown = bidiModule;
  const isFactory = (value: unknown): value is () => Bidi => typeof value === 'function';
  return isFactory(exported) ? exported() : bidiModule.default();
}

function codePointsOf(text: string): number[] {
  return [...text].map(character => character.codePointAt(0) ?? 0);
}

function missingGlyph(codePoints: readonly number[]): BenchError {
  const names = codePoints.map(c => `U+${c.toString(16).toUpperCase().padStart(4, '0')}`).join(', ');
  return new BenchError(
    'report_failed',
    `The report cannot print the character ${names}: no font of the bench has it. Replace it in the text and issue again.`,
  );
}

function clean(raw: string): string {
  return raw.normalize('NFC').replace(unprintable, ' ');
}

function startsRightToLeft(text: string): boolean {
  const strong = /[\p{L}]/u.exec(text);
  return strong !== null && rightToLeftScript.test(strong[0]);
}

/** Rule L2 of the Unicode bidirectional algorithm, on runs; within a run the shaper orders the glyphs. */
function reorder<T extends { text: string; level: number }>(pieces: readonly T[]): T[] {
  const out = pieces.map(piece =>
    piece.level % 2 === 1 && !rightToLeftScript.test(piece.text)
      ? { ...piece, text: [...piece.text].reverse().join('') }
      : piece,
  );
  const highest = Math.max(0, ...out.map(piece => piece.level));
  for (let level = highest; level >= 1; level--) {
    for (let start = 0; start < out.length; start++) {
      let end = start;
      while (end < out.length && (out[end]?.level ?? 0) >= level) end++;
      if (end > start) {
        out.splice(start, end - start, ...out.slice(start, end).reverse());
        start = end;
      }
    }
  }
  return out;
}

/** Cuts text where a line may end. Joined together the parts are the text. */
function breakable(text: string, graphemes: Intl.Segmenter): string[] {
  const parts: string[] = [];
  for (const word of text.match(/\S*\s*/g) ?? []) {
    if (!ideograph.test(word)) {
      if (word.length > longWord) parts.push(...(word.match(/[^-/–]+[-/–]*\s*|[-/–]+\s*/g) ?? [word]));
      else if (word !== '') parts.push(word);
      continue;
    }
    let open = '';
    for (const { segment } of graphemes.segment(word)) {
      const mayBreak = open !== '' && !closing.test(segment) && !/^\s/.test(segment);
      if (mayBreak && (ideograph.test(open.at(-1) ?? '') || ideograph.test(segment))) {
        parts.push(open);
        open = '';
      }
      open += segment;
    }
    if (open !== '') parts.push(open);
  }
  return parts;
}

/** Greedy: part widths add up, since nothing is shaped or kerned across a break. */
function fill(
  parts: readonly string[],
  measure: (text: string) => number,
  limit: number,
  graphemes: Intl.Segmenter,
): string[] {
  const lines: string[] = [];
  let open = '';
  let width = 0;
  const close = () => {
    // The space at a break is drawn: a reader aloud would otherwise join the words around it.
    lines.push(open.trimEnd() + (/\s$/.test(open) ? ' ' : ''));
    open = '';
    width = 0;
  };
  const append = (text: string) => {
    if (open !== '' && width + measure(text.trimEnd()) > limit) close();
    open += text;
    width += measure(text);
  };
  for (const part of parts) {
    if (measure(part.trimEnd()) <= limit) append(part);
    else for (const { segment } of graphemes.segment(part)) append(segment);
  }
  close();
  return lines;
}
