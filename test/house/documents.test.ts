import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ErrorCode } from '../../shared/errors.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json')));
const documents = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...['docs', 'electron', 'shared', 'server', 'migrations', 'test', 'renderer'].flatMap(folder =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.md'))
      .map(name => path.join(folder, name)),
  ),
];

const exists = (file: string) => {
  const entries = readdirSync(path.dirname(file), { encoding: 'utf8' });
  return entries.includes(path.basename(file));
};

describe('documents', () => {
  test('the README opens with the two commands', () => {
    expect(read('README.md').split('\n').slice(0, 4)).toEqual([
      '```',
      'npm ci && npm run demo',
      'npm ci && npm test',
      '```',
    ]);
  });

  test.each(documents)('links of %s lead to files', document => {
    const links = [...read(document).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, link = '']) => link);
    const folder = path.dirname(path.join(root, document));
    const dead = links.filter(link => !/^[a-z]+:/.test(link) && !exists(path.resolve(folder, link)));
    expect(dead).toEqual([]);
  });

  test.each(documents)('commands of %s exist', document => {
    const named = [...read(document).matchAll(/npm run ([a-z:-]+)/g)].map(([, script = '']) => script);
    expect(named.filter(script => !Object.hasOwn(scripts, script))).toEqual([]);
  });

  test('the security policy says how to report, what is supported, and what is not protected', () => {
    const sections = read('SECURITY.md').split(/^## /m);
    for (const title of ['Reporting a vulnerability', 'Supported versions', 'What is not protected']) {
      const [, ...body] = (sections.find(section => section.startsWith(title)) ?? '').split('\n');
      expect(body.join('').trim(), title).not.toBe('');
    }
  });

  test('the error codes of docs/operations.md exist', () => {
    const named = [...read('docs/operations.md').matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(code => !ErrorCode.safeParse(code).success)).toEqual([]);
  });

  test('decisions are numbered without gaps and say their number', () => {
    const files = readdirSync(path.join(root, 'docs/decisions')).sort();
    expect(files.map(file => file.slice(0, 4))).toEqual(files.map((_, index) => String(index + 1).padStart(4, '0')));
    for (const file of files) expect(read(`docs/decisions/${file}`)).toMatch(new RegExp(`^# ${file.slice(0, 4)} `));
  });
});
