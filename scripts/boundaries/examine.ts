import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type ImportTarget, importsOf } from './imports.ts';
import { folders, maxLines, type Rule, rules } from './rules.ts';

export type Examination = { readonly files: number; readonly imports: number; readonly violations: readonly string[] };

type Imports = ReadonlyMap<string, readonly ImportTarget[]>;

/** Reads the source below a project folder and names every broken rule, one line each. An empty folder is a violation too. */
export function examine(projectDir: string): Examination {
  const found = folders.map(folder => ({ folder, files: sourceFiles(projectDir, folder) }));
  const imports: Imports = new Map(
    found.flatMap(({ files }) => files).map(file => [file, importsOf(projectDir, file)] as const),
  );
  return {
    files: imports.size,
    imports: [...imports.values()].reduce((sum, targets) => sum + targets.length, 0),
    violations: [
      ...found.filter(({ files }) => files.length === 0).map(({ folder }) => `${folder}/: no source file examined`),
      ...brokenRules(imports),
      ...cycles(imports).map(cycle => `${cycle.join(' → ')}: imports form a cycle`),
      ...tooLong(projectDir, imports.keys()),
    ],
  };
}

const notOurs = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', '.tsc']);

function sourceFiles(projectDir: string, folder: string): string[] {
  const place = path.join(projectDir, folder);
  if (!existsSync(place)) return [];
  return readdirSync(place, { withFileTypes: true })
    .flatMap(entry => {
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return notOurs.has(entry.name) ? [] : sourceFiles(projectDir, file);
      return /\.[cm]?[jt]sx?$/.test(entry.name) ? [file] : [];
    })
    .sort();
}

function brokenRules(imports: Imports): string[] {
  return [...imports].flatMap(([file, targets]) =>
    rules.flatMap(rule =>
      targets.filter(target => breaks(rule, file, target)).map(target => `${file} imports ${target}: ${rule.says}`),
    ),
  );
}

function breaks(rule: Rule, file: string, target: ImportTarget): boolean {
  const bound = rule.files.exec(file);
  if (!bound || rule.except?.test(file)) return false;
  const matches = (pattern: RegExp) => new RegExp(pattern.source.replaceAll('$1', () => bound[1] ?? '')).test(target);
  const isPath = !/^(missing|unknown):/.test(target);
  return (rule.never?.some(matches) ?? false) || (isPath && rule.only !== undefined && !rule.only.some(matches));
}

/** One closed path for every import that leads back to a file on the way to it. */
function cycles(imports: Imports): string[][] {
  const done = new Set<string>();
  const found: string[][] = [];
  const visit = (file: string, way: readonly string[]): void => {
    const start = way.indexOf(file);
    if (start >= 0) found.push([...way.slice(start), file]);
    if (start >= 0 || done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
  return found;
}

function tooLong(projectDir: string, files: Iterable<string>): string[] {
  return [...files].flatMap(file => {
    const lines = readFileSync(path.join(projectDir, file), 'utf8').trimEnd().split('\n').length;
    return lines > maxLines ? [`${file}: ${lines} lines, ${maxLines} are allowed`] : [];
  });
}
