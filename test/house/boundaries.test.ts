import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { examine } from '../../scripts/boundaries/examine.ts';
import { folders, maxLines, rules } from '../../scripts/boundaries/rules.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Tree = Record<string, string>;

/** A sound project of one file for each folder, with these files added to it. */
function project(tree: Tree): string {
  const root = mkdtempSync(path.join(tmpdir(), 'boundaries-'));
  made.push(root);
  const sound = Object.fromEntries(folders.map(folder => [`${folder}/sound.ts`, 'export const sound = 1;\n']));
  for (const [file, code] of Object.entries({ ...sound, ...tree })) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), code);
  }
  return root;
}

const violationsOf = (tree: Tree) => examine(project(tree)).violations;
const empty = 'export {};\n';

/** For each rule: a file that breaks it, what that file imports, and the files this needs. */
const offences: readonly (readonly [says: string, file: string, imports: string, tree?: Tree])[] = [
  ['the renderer knows itself', 'renderer/a.tsx', 'node:fs'],
  ['the renderer knows itself', 'renderer/a.tsx', '../shared/tlog/hash.ts', { 'shared/tlog/hash.ts': empty }],
  ['the renderer knows itself', 'renderer/a.tsx', '../shared/verify/pdf.ts', { 'shared/verify/pdf.ts': empty }],
  ['the renderer knows itself', 'renderer/a.tsx', '../electron/sound.ts'],
  ['shared/ is a leaf', 'shared/a.ts', 'node:crypto'],
  ['shared/ is a leaf', 'shared/a.ts', './tlog/hash.ts', { 'shared/tlog/hash.ts': empty }],
  ['shared/tlog and shared/verify stay below', 'shared/tlog/a.ts', '../../electron/sound.ts'],
  [
    'shared/tlog knows nothing of what is verified',
    'shared/tlog/a.ts',
    '../verify/b.ts',
    { 'shared/verify/b.ts': empty },
  ],
  [
    'a feature knows itself',
    'electron/features/jobs/a.ts',
    '../reports/b.ts',
    { 'electron/features/reports/b.ts': empty },
  ],
  ['a feature knows itself', 'electron/features/jobs/a.ts', '../../router.ts', { 'electron/router.ts': empty }],
  [
    'the record (journal, station)',
    'electron/features/journal/a.ts',
    '../jobs/b.ts',
    { 'electron/features/jobs/b.ts': empty },
  ],
  [
    'only entry points choose',
    'electron/station.ts',
    './drivers/clock/clock.node.ts',
    { 'electron/drivers/clock/clock.node.ts': empty },
  ],
  [
    'only entry points choose',
    'electron/features/jobs/a.ts',
    '../../drivers/picea/p.fake.ts',
    { 'electron/drivers/picea/p.fake.ts': empty },
  ],
  [
    'only entry points choose',
    'electron/drivers/clock/clock.ts',
    './clock.fake.ts',
    { 'electron/drivers/clock/clock.fake.ts': empty },
  ],
  [
    'drivers know no feature',
    'electron/drivers/usb/usb.node.ts',
    '../../features/jobs/b.ts',
    { 'electron/features/jobs/b.ts': empty },
  ],
  [
    'the database knows no feature',
    'electron/database/a.ts',
    '../features/jobs/b.ts',
    { 'electron/features/jobs/b.ts': empty },
  ],
  ["only main.ts, preload.ts and shell/ import 'electron'", 'electron/station.ts', 'electron'],
  ["only main.ts, preload.ts and shell/ import 'electron'", 'server/a.ts', 'electron/main'],
  ["the preload imports 'electron' and nothing else", 'electron/preload.ts', '../shared/sound.ts'],
  [
    'the shell is handed what it serves',
    'electron/shell/a.ts',
    '../features/jobs/b.ts',
    { 'electron/features/jobs/b.ts': empty },
  ],
  ['the gate knows the contract alone', 'electron/router.ts', './station.ts', { 'electron/station.ts': empty }],
  ['queries live in stores', 'electron/features/jobs/jobs.ts', 'kysely'],
  ['the database file is opened in one place', 'electron/features/jobs/jobs.store.ts', 'better-sqlite3'],
  ['the server knows itself', 'server/a.ts', '../electron/sound.ts'],
  ['a migration depends on nothing', 'migrations/a.ts', '../shared/sound.ts'],
  ['the product imports neither', 'electron/a.ts', '../test/sound.ts'],
  ['scripts do not lean on tests', 'scripts/a.ts', '../test/sound.ts'],
  ['a relative import leads to a file', 'test/a.ts', './gone.ts'],
];

describe('the boundary check', () => {
  test('finds nothing in a sound project', () => {
    expect(examine(project({}))).toEqual({ files: folders.length, imports: 0, violations: [] });
  });

  const cases = offences.map(([says, file, imports, tree]) => ({ says, file, imports, tree: tree ?? {} }));
  test.each(cases)('$says: $file may not import $imports', ({ says, file, imports, tree }) => {
    const [first, ...others] = violationsOf({ ...tree, [file]: `import '${imports}';\n` }).filter(v =>
      v.includes(says),
    );
    expect(others).toEqual([]);
    expect(first).toMatch(new RegExp(`^${file} imports `));
  });

  test('an import that is only known when it runs', () => {
    const broken = violationsOf({ 'electron/a.ts': "const name = 'node:fs';\nawait import(name);\n" });
    expect(broken).toEqual([expect.stringContaining('in the product an import can be read, not only run')]);
  });

  test('every rule of the table is shown to fail', () => {
    const shown = [...offences.map(([says]) => says), 'in the product an import can be read'];
    expect(rules.map(rule => rule.says).filter(says => !shown.some(start => says.startsWith(start)))).toEqual([]);
  });

  test.each([
    ['a type import', (name: string) => `import type { A } from '${name}';`],
    ['a re-export', (name: string) => `export * from '${name}';`],
    ['a named re-export', (name: string) => `export { sql } from '${name}';`],
    ['a dynamic import', (name: string) => `await import('${name}');`],
    ['a dynamic import of a template', (name: string) => `await import(\`${name}\`);`],
    ['a type taken in place', (name: string) => `export type A = import('${name}').Kysely<unknown>;`],
    ['an import by assignment', (name: string) => `import k = require('${name}');`],
    ['a require', (name: string) => `require('${name}');`],
  ])('sees %s', (_what, importing) => {
    expect(violationsOf({ 'electron/features/jobs/jobs.ts': importing('kysely') })).toHaveLength(1);
  });

  test('lets a feature write to the record, and entry points choose drivers', () => {
    const tree = {
      'electron/features/journal/journal.ts': empty,
      'electron/features/station/settings.ts': "import 'kysely';",
      'electron/features/jobs/jobs.ts': "import '../journal/journal.ts';\nimport '../station/settings.ts';\n",
      'electron/drivers/clock/clock.ts': empty,
      'electron/drivers/clock/clock.node.ts': "import './clock.ts';\n",
      'electron/main.ts': "import 'electron';\nimport './drivers/clock/clock.node.ts';\n",
      'electron/headless.ts': "import './drivers/clock/clock.node.ts';\n",
      'electron/features/jobs/jobs.store.ts': "import 'kysely';\n",
    };
    expect(violationsOf(tree)).toEqual([]);
  });

  test('a cycle, through types too', () => {
    const tree = {
      'shared/a.ts': "import './b.ts';\n",
      'shared/b.ts': "export * from './c.ts';\n",
      'shared/c.ts': "import type { A } from './a.ts';\n",
    };
    expect(violationsOf(tree)).toEqual(['shared/a.ts → shared/b.ts → shared/c.ts → shared/a.ts: imports form a cycle']);
  });

  test('a file that is too long, tests included', () => {
    const lines = (count: number) => 'export {};\n'.repeat(count);
    const tree = { 'test/long.test.ts': lines(maxLines + 1), 'test/just-right.test.ts': lines(maxLines) };
    expect(violationsOf(tree)).toEqual([`test/long.test.ts: ${maxLines + 1} lines, ${maxLines} are allowed`]);
  });

  test.each(folders)('a project whose %s holds no source', folder => {
    const root = project({});
    rmSync(path.join(root, folder), { recursive: true });
    expect(examine(root).violations).toEqual([`${folder}/: no source file examined`]);
  });

  test('a file that does not parse stops the check', () => {
    const root = project({ 'electron/broken.ts': 'import { from;' });
    expect(() => examine(root)).toThrow();
  });
});
