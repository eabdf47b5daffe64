import { parse } from 'csv-parse/sync';
import readXlsxFile from 'read-excel-file/node';
import { type ManifestItem, manifestMaxItems } from '../../../shared/customers.ts';
import { judgeImei } from '../../../shared/devices.ts';
import { BenchError } from '../../../shared/errors.ts';

export type ManifestTasks = { 'manifest.read': { input: { bytes: Uint8Array }; output: ManifestItem[] } };

const identifierColumns = ['imei', 'imei1', 'imei2', 'serial', 'serialnumber', 'meid', 'eid'];
const modelColumns = ['model', 'device', 'description'];
const zipMagic = Buffer.from('PK\u0003\u0004', 'latin1');

const bad = (message: string, cause?: unknown) => new BenchError('bad_input', message, { cause });

/**
 * Reads a manifest. Throws `bad_input` naming the first rows that cannot be used: no identifier, an IMEI whose check
 * digit is wrong, or a device that stands in the file twice.
 */
export async function readManifest(bytes: Uint8Array): Promise<ManifestItem[]> {
  const file = Buffer.from(bytes);
  const rows = file.subarray(0, 4).equals(zipMagic) ? await readXlsx(file) : readCsv(file);
  const [heading, ...lines] = rows.filter(row => row.some(cell => cell !== ''));
  const columns = (heading ?? []).map(cell => cell.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const named = columns.flatMap((column, index) => (identifierColumns.includes(column) ? [index] : []));
  if (named.length === 0) throw bad('The first row must name the columns, at least one of: imei, serial, meid, eid.');
  if (lines.length === 0) throw bad('The file holds no device below its heading.');
  if (lines.length > manifestMaxItems)
    throw bad(`The file holds more than ${manifestMaxItems} devices. Split the lot.`);
  const model = columns.findIndex(column => modelColumns.includes(column));
  const problems: string[] = [];
  const seen = new Set<string>();
  const items = lines.map((cells, index): ManifestItem => {
    const row = index + 2;
    const identifiers = named.map(column => bareIdentifier(cells[column] ?? '')).filter(value => value !== '');
    if (identifiers.length === 0) problems.push(`row ${row} names no device`);
    named.forEach(column => {
      const value = bareIdentifier(cells[column] ?? '');
      if (
        columns[column]?.startsWith('imei') &&
        value !== '' &&
        judgeImei(value) !== 'valid' &&
        judgeImei(value) !== 'imeisv'
      )
        problems.push(`row ${row}: this is no IMEI, or its check digit is wrong`);
    });
    for (const identifier of identifiers) {
      if (seen.has(identifier)) problems.push(`row ${row} names a device that stands above already`);
      seen.add(identifier);
    }
    return { identifiers: identifiers.slice(0, 5), model: (cells[model] ?? '').slice(0, 200) || null };
  });
  if (problems.length > 0) {
    const more = problems.length > 5 ? ` and ${problems.length - 5} more` : '';
    throw bad(`Nothing was imported: ${problems.slice(0, 5).join('; ')}${more}. Correct the file and import it again.`);
  }
  return items;
}

/** Spaces and dashes do not count, nor does case. */
export function bareIdentifier(text: string): string {
  return text.replace(/[\s-]/g, '').toUpperCase();
}

async function readXlsx(file: Buffer): Promise<string[][]> {
  try {
    const [first] = await readXlsxFile(file);
    return (first?.data ?? []).map(row => row.map(cell => (cell === null ? '' : String(cell).trim())));
  } catch (cause) {
    throw bad('The file cannot be read as XLSX. Save it again, or as CSV.', cause);
  }
}

function readCsv(file: Buffer): string[][] {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(file);
    const [firstLine = ''] = text.split('\n', 1);
    const delimiter = [';', '\t', ','].find(mark => firstLine.includes(mark)) ?? ',';
    return parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true, trim: true });
  } catch (cause) {
    throw bad('The file is neither XLSX nor CSV in UTF-8. Save it as one of them.', cause);
  }
}
