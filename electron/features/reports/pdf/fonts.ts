import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fontkit, { type Font, type Glyph } from '@cantoo/fontkit';
import { BenchError } from '../../../../shared/errors.ts';

export type Weight = 'regular' | 'bold';
export type Face = { readonly name: string; readonly bytes: Uint8Array; readonly font: ShapedFont };
/** What reports need of a parsed font. */
export type ShapedFont = Pick<
  Font,
  | 'postscriptName'
  | 'unitsPerEm'
  | 'ascent'
  | 'descent'
  | 'italicAngle'
  | 'capHeight'
  | 'xHeight'
  | 'bbox'
  | 'characterSet'
  | 'hasGlyphForCodePoint'
  | 'glyphForCodePoint'
  | 'createSubset'
> & { layout(text: string): { glyphs: Glyph[] } };

/** Latin, Greek and Cyrillic in composed form: one glyph for each character, nothing to shape or to reorder. */
export const plainText =
  /^[\u0020-\u007e\u00a1-\u00ac\u00ae-\u017f\u0386-\u03ce\u0400-\u045f\u2013\u2014\u2018-\u201e\u2022\u2026]*$/;

/** First face that has the glyph wins; scripts without a bold face fall back to their regular one. */
const order: Record<Weight, readonly string[]> = {
  regular: [
    'NotoSans-Regular',
    'NotoSansMath-Regular',
    'DroidSansFallbackFull',
    'NotoNaskhArabic-Regular',
    'NotoSansHebrew-Regular',
    'NotoSansDevanagari-Regular',
    'NotoSansThai-Regular',
  ],
  bold: [
    'NotoSans-Bold',
    'NotoSansMath-Regular',
    'DroidSansFallbackFull',
    'NotoNaskhArabic-Regular',
    'NotoSansHebrew-Bold',
    'NotoSansDevanagari-Regular',
    'NotoSansThai-Regular',
  ],
};

export type FontLibrary = {
  /** Face that has all these code points, or null. */
  faceFor(codePoints: readonly number[], weight: Weight): Face | null;
  /** Given to pdf-lib: answers with the parsed font of the same bytes. */
  readonly engine: { create(bytes: Uint8Array): ShapedFont };
  /** Makes the next document independent of the ones before it. */
  forgetGlyphs(): void;
};

/** Parses each face once, when it is first needed. Throws BenchError `report_failed` when a font file is missing. */
export function createFontLibrary(fontsDir: string): FontLibrary {
  const faces = new Map<string, Face>();
  const byBytes = new Map<Uint8Array, ShapedFont>();
  const parsed: Font[] = [];

  const load = (name: string): Face => {
    const known = faces.get(name);
    if (known) return known;
    const bytes = readFont(join(fontsDir, `${name}.ttf`), name);
    const font = fontkit.create(bytes);
    if ('fonts' in font)
      throw new BenchError('report_failed', `The font ${name} is a collection; install the bench again.`);
    const shaped = withFastLayout(font);
    const face = { name, bytes, font: shaped };
    faces.set(name, face);
    byBytes.set(bytes, shaped);
    parsed.push(font);
    return face;
  };

  return {
    faceFor: (codePoints, weight) => {
      for (const name of order[weight]) {
        const face = load(name);
        if (codePoints.every(codePoint => face.font.hasGlyphForCodePoint(codePoint))) return face;
      }
      return null;
    },
    engine: {
      create: bytes => {
        const font = byBytes.get(bytes);
        if (!font) throw new BenchError('report_failed', 'A font was asked for that the report does not know.');
        return font;
      },
    },
    // fontkit memoises a glyph with the code points it was first asked for; the ToUnicode map of a later document
    // would depend on that.
    forgetGlyphs: () => {
      for (const font of parsed) Object.assign(font, { _glyphs: {} });
    },
  };
}

/** Kerning and marks are most of the work of a report and change nothing in plain text as it is drawn here. */
function withFastLayout(font: Font): ShapedFont {
  return Object.create(font, {
    layout: {
      value: (text: string) => (plainText.test(text) ? { glyphs: font.glyphsForString(text) } : font.layout(text)),
    },
  });
}

function readFont(path: string, name: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new BenchError('report_failed', `The font ${name} is missing; install the bench again.`, { cause });
  }
}
