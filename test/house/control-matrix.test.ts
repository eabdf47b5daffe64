import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const matrix = readFileSync(path.join(root, 'docs/compliance/control-matrix.md'), 'utf8');

/** Every control of the sources, by its number. */
const controls = [
  ...Array.from({ length: 47 }, (_, index) => String(index + 1)),
  ...['12a', '33a', '33b', '33c', '33d', 'n/a'],
];

const statuses = ['built', 'part', 'planned', 'not applicable'];

type Row = { control: string; status: string; code: string[]; tests: string[]; cells: number };

const quoted = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map(([, file = '']) => file);

const rows: Row[] = matrix
  .split('\n')
  .filter(line => line.startsWith('| ') && !line.startsWith('| # '))
  .map(line => {
    const cells = line.slice(1, -1).split('|');
    const [control = '', , , status = '', code = '', tests = ''] = cells.map(cell => cell.trim());
    return { control, status, code: quoted(code), tests: quoted(tests), cells: cells.length };
  });

const controlsWhere = (wrong: (row: Row) => boolean) => rows.filter(wrong).map(row => row.control);
const files = rows.flatMap(({ control, code, tests }) => [...code, ...tests].map(file => ({ control, file })));

describe('the control matrix', () => {
  test('has one row for each control', () => {
    expect(rows.map(row => row.control).sort()).toEqual([...controls].sort());
  });

  test('every row is complete and of a known status', () => {
    expect(controlsWhere(row => row.cells !== 7 || !statuses.includes(row.status))).toEqual([]);
  });

  test.each(files)('$control: $file exists', ({ file }) => {
    expect(existsSync(path.join(root, file))).toBe(true);
  });

  test('what is built names its code and a test', () => {
    expect(controlsWhere(row => row.status === 'built' && (row.code.length === 0 || row.tests.length === 0))).toEqual(
      [],
    );
  });

  test('what is built in part names its code', () => {
    expect(controlsWhere(row => row.status === 'part' && row.code.length === 0)).toEqual([]);
  });

  test('what is not there names no code', () => {
    const absent = ['planned', 'not applicable'];
    expect(controlsWhere(row => absent.includes(row.status) && row.code.length + row.tests.length > 0)).toEqual([]);
  });

  test('tests are named in the column of tests', () => {
    expect(rows.flatMap(row => row.tests).filter(file => !/^test\/.+\.test\.ts$/.test(file))).toEqual([]);
  });
});
