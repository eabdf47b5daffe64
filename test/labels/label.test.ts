import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ready } from 'zpl-renderer-js';
import { drawLabel } from '../../electron/features/labels/draw.ts';
import { code128Modules, type LabelContent, layOut } from '../../electron/features/labels/label.ts';
import { toTspl } from '../../electron/features/labels/tspl.ts';
import { toZpl } from '../../electron/features/labels/zpl.ts';
import { temporaryFolder, writeTemporary } from '../reports/report-kit.ts';
import { describeWithTools, runTool } from '../support/tools.ts';

const fontsDir = join(import.meta.dirname, '../../resources/fonts');
const content: LabelContent = {
  ticket: 'B07-10001',
  device: 'Samsung Galaxy S24 Ultra',
  status: 'Erased, with exceptions',
  identifier: { name: 'IMEI', value: '490154203237518' },
};
const sizes = [
  { widthMm: 60, heightMm: 40 },
  { widthMm: 50, heightMm: 25 },
  { widthMm: 100, heightMm: 60 },
];
const hostile = [
  '^XA^FO0,0^FDx^FS^XZ',
  '~JA',
  '_5E',
  'a"b\\["]c\r\nPRINT 9',
  '\\&\\\\',
  '>;>8',
  'x\u0000\u202ey\u2028z',
];

describe('the layout', () => {
  test('keeps every part inside the label and codes whole, whatever the words', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.string({ unit: 'grapheme', maxLength: 80 }),
        fc.constantFrom(...sizes),
        (device, status, size) => {
          const label = layOut({ ...content, device, status }, size);
          for (const part of label.parts) {
            const height = part.kind === 'qr' ? part.size : part.kind === 'line' ? part.thickness : part.height;
            expect(part.y + height).toBeLessThanOrEqual(size.heightMm);
            expect(part.x).toBeGreaterThanOrEqual(0);
          }
          expect(label.parts).toContainEqual(expect.objectContaining({ kind: 'qr', data: 'B07-10001' }));
          expect(label.parts).toContainEqual(expect.objectContaining({ kind: 'code128', data: '490154203237518' }));
        },
      ),
    );
  });

  test('shortens a long line with an ellipsis', () => {
    const { parts } = layOut({ ...content, device: 'Word '.repeat(60) }, { widthMm: 60, heightMm: 40 });
    const lines = parts.flatMap(part => (part.kind === 'text' && part.text.startsWith('Word') ? [part.text] : []));
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/…$/);
  });
});

describe('values', () => {
  test.each(hostile)('%j cannot leave its field', value => {
    const size = { widthMm: 60, heightMm: 40 };
    const label = layOut({ ...content, ticket: value, device: value, identifier: { name: 'S/N', value } }, size);
    const zpl = toZpl(label, { dpi: 203, copies: 1 });
    const commands = (text: string) => text.match(/[\^~][A-Z][A-Z0-9]?/g)?.length;
    const plain = layOut({ ...content, ticket: 'x', device: 'x', identifier: { name: 'S/N', value: 'x' } }, size);
    // As many commands as with harmless values: fewer lines of text at the most.
    expect(zpl.match(/\^XA/g)).toHaveLength(1);
    expect(zpl.match(/\^XZ/g)).toHaveLength(1);
    expect(commands(zpl.replaceAll(/\^FO[^\n]*\^A0N[^\n]*\n/g, ''))).toBe(
      commands(toZpl(plain, { dpi: 203, copies: 1 }).replaceAll(/\^FO[^\n]*\^A0N[^\n]*\n/g, '')),
    );
    const tspl = toTspl(label, { dpi: 203, copies: 1 });
    for (const line of tspl.split('\r\n')) {
      expect(line).toMatch(/^(SIZE|GAP|DIRECTION|CODEPAGE|CLS|TEXT|BARCODE|QRCODE|BAR|PRINT|$)/);
      const strings = line.replaceAll('\\["]', '').match(/"/g)?.length ?? 0;
      expect(strings % 2).toBe(0);
    }
    expect(tspl.match(/^PRINT/gm)).toEqual(['PRINT']);
  });

  test('TSPL says what the language asks for', () => {
    const lines = toTspl(layOut(content, { widthMm: 60, heightMm: 40 }), { dpi: 203, copies: 2 }).split('\r\n');
    expect(lines.slice(0, 5)).toEqual(['SIZE 60 mm,40 mm', 'GAP 2 mm,0 mm', 'DIRECTION 1', 'CODEPAGE UTF-8', 'CLS']);
    expect(lines).toContainEqual(expect.stringMatching(/^BARCODE \d+,\d+,"128",64,0,0,2,2,"490154203237518"$/));
    expect(lines).toContainEqual(expect.stringMatching(/^QRCODE \d+,16,M,5,A,0,"B07-10001"$/));
    expect(lines.at(-2)).toBe('PRINT 1,2');
  });

  test('the room for a bar code is what Code 128 needs', () => {
    expect(code128Modules('490154203237518')).toBeGreaterThanOrEqual(11 * 11 + 13 + 20);
    expect(code128Modules('R58M123ABCD')).toBe(11 * 13 + 13 + 20);
  });
});

describeWithTools('a label read by a scanner', ['zbarimg', 'pdftoppm', 'pdftotext'], () => {
  const codes = (png: string) => runTool('zbarimg', ['--quiet', png]).stdout.trim().split('\n').filter(Boolean).sort();
  const wanted = ['CODE-128:490154203237518', 'QR-Code:B07-10001'];

  test.each(sizes)('as another program renders our ZPL: $widthMm × $heightMm mm', async size => {
    const { api } = await ready;
    for (const dpi of [203, 300]) {
      const zpl = toZpl(layOut(content, size), { dpi, copies: 1 });
      const png = await api.zplToBase64Async(zpl, size.widthMm, size.heightMm, Math.round(dpi / 25.4));
      const path = writeTemporary(temporaryFolder(), 'label.png', Buffer.from(png, 'base64'));
      expect(codes(path), `${dpi} dpi`).toEqual(wanted);
    }
  });

  test('as the PDF that is saved, with the words on it', async () => {
    for (const size of sizes) {
      const { pdf } = await drawLabel(layOut({ ...content, device: '深圳 手机 X' }, size), fontsDir);
      const folder = temporaryFolder();
      const path = writeTemporary(folder, 'label.pdf', pdf);
      runTool('pdftoppm', ['-r', '300', '-png', '-singlefile', path, join(folder, 'label')]);
      expect(codes(join(folder, 'label.png'))).toEqual(wanted);
      const text = runTool('pdftotext', [path, '-']).stdout;
      for (const words of ['B07-10001', '深圳 手机 X', 'IMEI 490154203237518']) expect(text).toContain(words);
    }
  });
});

test('the drawing for the screen holds no markup but its own', async () => {
  const device = '<script>alert(1)</script>&"';
  const { svg } = await drawLabel(layOut({ ...content, device }, { widthMm: 100, heightMm: 60 }), fontsDir);
  expect(svg).toContain('&lt;script&gt;');
  expect(svg.match(/<(?!\/?(svg|text|path)\b)/g)).toBeNull();
});
