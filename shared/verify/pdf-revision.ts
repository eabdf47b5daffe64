import { X509Certificate } from 'node:crypto';
import { PDFArray, PDFDict, PDFDocument, PDFHexString, PDFName, PDFRef } from 'pdf-lib';
import { byteRangePlaceholder } from './pdf-ranges.ts';

/** Room for a document time stamp with its certificates. */
const timestampRoomBytes = 16_384;

/** What later validation needs beyond what the report was issued with, DER. */
export type LaterData = { readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] };

/** What the second revision of a report builds on: object numbers and the trailer of the first. */
type Grounds = {
  readonly length: number;
  readonly size: number;
  readonly startXref: number;
  readonly root: number;
  readonly info: number | null;
  readonly id: readonly [string, string];
  readonly form: number;
  readonly signatureField: number;
  readonly store: number;
  readonly certificates: readonly number[];
  readonly crls: readonly number[];
};

/**
 * The second revision of a report: validation data and an open place for a document time stamp (PAdES B-LTA), as bytes to
 * append. Shows nothing on any page. There is one way to write it, so that a verifier can ask for exactly these bytes.
 * Throws RangeError for a file that is not a report as this product writes it.
 */
export async function laterRevision(report: Uint8Array, later: LaterData): Promise<Buffer> {
  return render(await readGrounds(report), later);
}

/**
 * What a second revision holds, read back from its bytes. Says nothing about whether these are the bytes that
 * `laterRevision` makes of it: compare.
 */
export function readLaterData(tail: Uint8Array): LaterData {
  const bytes = Buffer.from(tail);
  const certificates: Uint8Array[] = [];
  const crls: Uint8Array[] = [];
  const opening = /\n\d+ 0 obj\n<< \/Length (\d+) >>\nstream\n/g;
  const text = bytes.toString('latin1');
  for (let found = opening.exec(text); found; found = opening.exec(text)) {
    const start = opening.lastIndex;
    const end = start + Number(found[1]);
    const der = bytes.subarray(start, end);
    (isCertificate(der) ? certificates : crls).push(der);
    opening.lastIndex = end;
  }
  return { certificates, crls };
}

function isCertificate(der: Uint8Array): boolean {
  try {
    return new X509Certificate(der).raw.equals(der);
  } catch {
    return false;
  }
}

async function readGrounds(report: Uint8Array): Promise<Grounds> {
  const unfit = new RangeError('The file is not a report as this program writes it: it cannot carry a time stamp.');
  const { context, catalog } = await PDFDocument.load(report, { updateMetadata: false }).catch(() => {
    throw unfit;
  });
  const { Root, Info, ID } = context.trailerInfo;
  const form = catalog.get(PDFName.of('AcroForm'));
  const store = catalog.get(PDFName.of('DSS'));
  const startXref = /startxref\n(\d+)\n%%EOF\n?$/.exec(Buffer.from(report.subarray(-64)).toString('latin1'))?.[1];
  if (!(Root instanceof PDFRef && form instanceof PDFRef && store instanceof PDFRef) || !startXref) throw unfit;
  const fields = refs(context.lookup(form, PDFDict), 'Fields');
  const [signatureField, ...others] = fields;
  if (signatureField === undefined || others.length > 0) throw unfit;
  const dss = context.lookup(store, PDFDict);
  return {
    length: report.length,
    size: context.largestObjectNumber + 1,
    startXref: Number(startXref),
    root: Root.objectNumber,
    info: Info instanceof PDFRef ? Info.objectNumber : null,
    id: ID instanceof PDFArray ? [hex(ID, 0), hex(ID, 1)] : ['', ''],
    form: form.objectNumber,
    signatureField,
    store: store.objectNumber,
    certificates: refs(dss, 'Certs'),
    crls: refs(dss, 'CRLs'),
  };
}

function refs(dict: PDFDict, key: string): number[] {
  const array = dict.get(PDFName.of(key));
  if (!(array instanceof PDFArray)) return [];
  return array.asArray().flatMap(item => (item instanceof PDFRef ? [item.objectNumber] : []));
}

function hex(array: PDFArray, index: number): string {
  const item = array.get(index);
  return item instanceof PDFHexString ? Buffer.from(item.asBytes()).toString('hex').toUpperCase() : '';
}

function render(grounds: Grounds, later: LaterData): Buffer {
  const parts: Buffer[] = [Buffer.from('\n')];
  const offsets = new Map<number, number>();
  let at = grounds.length + 1;
  let next = grounds.size;
  const write = (number: number, ...body: (string | Uint8Array)[]) => {
    offsets.set(number, at);
    const object = Buffer.concat([`${number} 0 obj\n`, ...body, '\nendobj\n'].map(part => Buffer.from(part)));
    parts.push(object);
    at += object.length;
  };
  const writeStream = (der: Uint8Array): number => {
    const number = next++;
    write(number, `<< /Length ${der.length} >>\nstream\n`, der, '\nendstream');
    return number;
  };

  const certificates = [...grounds.certificates, ...later.certificates.map(writeStream)];
  const crls = [...grounds.crls, ...later.crls.map(writeStream)];
  write(grounds.store, `<< /Type /DSS /Certs ${list(certificates)} /CRLs ${list(crls)} >>`);
  const value = next++;
  const field = next++;
  write(
    value,
    `<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 ${byteRangePlaceholder}` +
      ` /Contents <${'0'.repeat(timestampRoomBytes * 2)}> >>`,
  );
  // On no page: there is nothing to read out and nothing to print.
  const widget = '/Type /Annot /Subtype /Widget /Rect [0 0 0 0] /F 132';
  write(field, `<< ${widget} /FT /Sig /T (DocumentTimestamp) /V ${value} 0 R >>`);
  write(grounds.form, `<< /Fields ${list([grounds.signatureField, field])} /SigFlags 3 >>`);

  const [first, second] = grounds.id;
  const info = grounds.info === null ? '' : ` /Info ${grounds.info} 0 R`;
  const trailer =
    `trailer\n<< /Size ${next} /Root ${grounds.root} 0 R${info} /ID [ <${first}> <${second}> ]` +
    ` /Prev ${grounds.startXref} >>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.concat([...parts, Buffer.from(crossReferences(offsets) + trailer)]);
}

const list = (numbers: readonly number[]) => `[${numbers.map(number => `${number} 0 R`).join(' ')}]`;

/** One section for each run of numbers, 20 bytes an entry (ISO 32000-1, 7.5.4). */
function crossReferences(offsets: ReadonlyMap<number, number>): string {
  const numbers = [...offsets.keys()].sort((a, b) => a - b);
  const sections: number[][] = [];
  for (const number of numbers) {
    const run = sections.at(-1);
    if (run && run.at(-1) === number - 1) run.push(number);
    else sections.push([number]);
  }
  const entry = (number: number) => `${String(offsets.get(number)).padStart(10, '0')} 00000 n \n`;
  return `xref\n${sections.map(run => `${run[0]} ${run.length}\n${run.map(entry).join('')}`).join('')}`;
}
