/** What stands on a device's label. */
export type LabelContent = {
  readonly ticket: string;
  readonly device: string;
  readonly status: string;
  /** What the bar code carries, and what it is: `IMEI`, `S/N`. */
  readonly identifier: { readonly name: string; readonly value: string } | null;
};

type At = { readonly x: number; readonly y: number };

/** Parts of a label, each placed from its upper left corner; all lengths are millimetres. */
export type LabelPart =
  | (At & { readonly kind: 'text'; readonly height: number; readonly text: string })
  | (At & { readonly kind: 'code128'; readonly width: number; readonly height: number; readonly data: string })
  | (At & { readonly kind: 'qr'; readonly size: number; readonly data: string })
  | (At & { readonly kind: 'line'; readonly width: number; readonly thickness: number });

export type Label = { readonly widthMm: number; readonly heightMm: number; readonly parts: readonly LabelPart[] };

const pad = 2;
/** Heights are drawn for a label of this height, and smaller on a lower one. */
const drawnForMm = 40;

/** Places the content on a label of this size. What does not fit its line ends in an ellipsis; codes are never cut. */
export function layOut(content: LabelContent, size: { widthMm: number; heightMm: number }): Label {
  const scale = Math.min(1, size.heightMm / drawnForMm, size.widthMm / 50);
  const qr = 16 * scale;
  const textWidth = size.widthMm - 2 * pad - qr - 1.5;
  const parts: LabelPart[] = [{ kind: 'qr', x: size.widthMm - pad - qr, y: pad, size: qr, data: content.ticket }];
  let y = pad;
  const write = (text: string, height: number, lines: number, width = textWidth) => {
    for (const line of wrapped(text, width / (height * 0.58), lines)) {
      parts.push({ kind: 'text', x: pad, y, height, text: line });
      y += height * 1.2;
    }
  };
  write(content.ticket, 5.2 * scale, 1);
  y += 0.6 * scale;
  write(content.device, 3.1 * scale, 2);
  y += 0.6 * scale;
  write(content.status, 3.1 * scale, 2);
  const { identifier } = content;
  if (identifier) {
    const nameHeight = 2.8 * scale;
    const barHeight = 8 * scale;
    const width = size.widthMm - 2 * pad;
    y = size.heightMm - pad - nameHeight * 1.2 - barHeight - 1;
    parts.push({ kind: 'line', x: pad, y: y - 1.2, width, thickness: 0.25 });
    parts.push({ kind: 'code128', x: pad, y, width, height: barHeight, data: identifier.value });
    y += barHeight + 1;
    write(`${identifier.name} ${identifier.value}`, nameHeight, 1, width);
  }
  return { ...size, parts };
}

/** Ideographs take about twice the room of a Latin letter. */
const roomOf = (character: string) =>
  /[\u1100-\u11ff\u2e80-\ud7af\uf900-\ufaff\uff00-\uff60]/u.test(character) ? 1.8 : 1;

/** At most `lines` lines of about `columns` Latin letters. */
function wrapped(text: string, columns: number, lines: number): string[] {
  const words = printable(text).split(' ');
  const out: string[] = [];
  let line = '';
  const fits = (candidate: string) => [...candidate].reduce((sum, c) => sum + roomOf(c), 0) <= columns;
  for (const word of words) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (fits(longer)) line = longer;
    else {
      if (line !== '') out.push(line);
      line = word;
    }
  }
  if (line !== '') out.push(line);
  const kept = out.slice(0, lines);
  const cut = out.length > lines;
  return kept.map((each, index) => shortened(each, fits, cut && index === lines - 1));
}

function shortened(line: string, fits: (text: string) => boolean, more: boolean): string {
  if (fits(line) && !more) return line;
  const letters = [...line];
  while (letters.length > 0 && !fits(`${letters.join('')}…`)) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/** One line without control or formatting characters. */
export function printable(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
}

/** Narrowest bars of a Code 128 symbol of this data, quiet zones included. */
export function code128Modules(data: string): number {
  const digits = /^\d+$/.test(data);
  const symbols = digits ? Math.floor(data.length / 2) + (data.length % 2) * 2 : data.length;
  return 11 * (symbols + 2) + 13 + 20;
}
