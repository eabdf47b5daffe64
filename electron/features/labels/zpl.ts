import { code128Modules, type Label, type LabelPart, printable } from './label.ts';

/** The label in ZPL II, in UTF-8. Values cannot leave their field: every sign with a meaning is written as hex. */
export function toZpl(label: Label, { dpi, copies }: { dpi: number; copies: number }): string {
  const dots = (mm: number) => Math.round((mm * dpi) / 25.4);
  const head = `^XA^CI28^PW${dots(label.widthMm)}^LL${dots(label.heightMm)}^LH0,0^PQ${copies}`;
  return `${head}\n${label.parts.map(part => fieldOf(part, dots)).join('\n')}\n^XZ\n`;
}

function fieldOf(part: LabelPart, dots: (mm: number) => number): string {
  const origin = `^FO${dots(part.x)},${dots(part.y)}`;
  switch (part.kind) {
    case 'text':
      return `${origin}^A0N,${dots(part.height)},${dots(part.height)}${data(part.text)}`;
    case 'code128': {
      const modules = code128Modules(part.data);
      const width = Math.max(1, Math.min(4, Math.floor(dots(part.width) / modules)));
      // A field of digits alone is written in pairs (subset C), which makes it half as wide.
      return `${origin}^BY${width},3,${dots(part.height)}^BCN,${dots(part.height)},N,N,N,A${data(part.data)}`;
    }
    case 'qr': {
      const modules = 21 + 4 * qrVersionFor(part.data);
      return `${origin}^BQN,2,${Math.max(1, Math.floor(dots(part.size) / modules))}${data(`MA,${printable(part.data)}`)}`;
    }
    case 'line':
      return `${origin}^GB${dots(part.width)},0,${Math.max(1, dots(part.thickness))}^FS`;
  }
}

/** A little generous: a printer may choose a larger version than needed, never a smaller one. */
function qrVersionFor(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 14);
}

function data(text: string): string {
  const escaped = [...printable(text)].map(c => (/[\^~_\\>]/.test(c) ? hex(c) : c)).join('');
  return `^FH_^FD${escaped}^FS`;
}

const hex = (character: string) => `_${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
