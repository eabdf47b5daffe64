import { code128Modules, type Label, type LabelPart, printable } from './label.ts';

/** The label in TSPL, in UTF-8. A value cannot end its string: quotes are written as TSPL asks, controls are dropped. */
export function toTspl(label: Label, { dpi, copies }: { dpi: number; copies: number }): string {
  const dots = (mm: number) => Math.round((mm * dpi) / 25.4);
  return [
    `SIZE ${label.widthMm} mm,${label.heightMm} mm`,
    'GAP 2 mm,0 mm',
    'DIRECTION 1',
    'CODEPAGE UTF-8',
    'CLS',
    ...label.parts.map(part => commandOf(part, dots)),
    `PRINT 1,${copies}`,
    '',
  ].join('\r\n');
}

function commandOf(part: LabelPart, dots: (mm: number) => number): string {
  const at = `${dots(part.x)},${dots(part.y)}`;
  switch (part.kind) {
    case 'text': {
      const points = Math.max(4, Math.round((part.height / 25.4) * 72));
      return `TEXT ${at},"0",0,${points},${points},${quoted(part.text)}`;
    }
    case 'code128': {
      const width = Math.max(1, Math.min(4, Math.floor(dots(part.width) / code128Modules(part.data))));
      return `BARCODE ${at},"128",${dots(part.height)},0,0,${width},${width},${quoted(part.data)}`;
    }
    case 'qr':
      return `QRCODE ${at},M,${Math.max(1, Math.min(10, Math.floor(dots(part.size) / 25)))},A,0,${quoted(part.data)}`;
    case 'line':
      return `BAR ${at},${dots(part.width)},${Math.max(1, dots(part.thickness))}`;
  }
}

function quoted(text: string): string {
  // A backslash before a bracket begins an escape of its own.
  return `"${printable(text).replaceAll('\\', '/').replaceAll('"', '\\["]')}"`;
}
