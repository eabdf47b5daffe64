import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Writes the table of Apple's product types from the package `ios-device-list`, with its licence. */

const root = join(import.meta.dirname, '..');
const source = join(root, 'node_modules', 'ios-device-list');
const lists = ['iphone', 'ipad', 'ipad_air', 'ipad_mini', 'ipad_pro', 'ipod_touch'];
const read = (file: string) => readFileSync(join(source, file), 'utf8');

const Entry = z.object({
  Generation: z.string(),
  Identifier: z.union([z.string(), z.array(z.string())]),
  Models: z.array(z.object({ Color: z.string().optional(), Model: z.array(z.string()).optional() })).default([]),
});

const names = new Map<string, Set<string>>();
const colours = new Map<string, Set<string>>();
const note = (into: Map<string, Set<string>>, key: string, value: string) =>
  into.set(key, (into.get(key) ?? new Set()).add(value.trim()));

for (const list of lists) {
  for (const { Generation, Identifier, Models } of z.array(Entry).parse(JSON.parse(read(`${list}.json`)))) {
    for (const type of [Identifier].flat()) if (type) note(names, type, Generation);
    for (const { Color, Model = [] } of Models) if (Color) for (const model of Model) note(colours, model, Color);
  }
}

/** An entry that the list tells in two ways is left out. */
const certain = (from: Map<string, Set<string>>) =>
  [...from].flatMap(([key, values]): [string, string][] => {
    const [value = '', ...others] = values;
    return others.length === 0 ? [[key, value]] : [];
  });

/** One line for each value: `value: key key`. */
function lines(from: Map<string, Set<string>>): string {
  const keys = new Map<string, string[]>();
  for (const [key, value] of certain(from)) keys.set(value, [...(keys.get(value) ?? []), key]);
  return [...keys]
    .map(([value, of]) => `${value}: ${of.sort().join(' ')}`)
    .sort()
    .join('\n');
}

const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));
const licence = read('LICENSE').trim().split(/\r?\n/);
writeFileSync(
  join(root, 'electron', 'drivers', 'ios', 'apple-products.ts'),
  `/*
 * Written by scripts/apple-names.ts from the package ios-device-list ${version}, which is under this licence:
 *
${licence.map(line => ` * ${line}`.trimEnd()).join('\n')}
 */

export const tableSource = 'ios-device-list ${version}';

const names = \`
${lines(names)}
\`;

const colours = \`
${lines(colours)}
\`;

function read(table: string): ReadonlyMap<string, string> {
  return new Map(
    table.split('\\n').flatMap(line => {
      const [value = '', keys = ''] = line.split(': ');
      return keys.split(' ').filter(Boolean).map((key): [string, string] => [key, value]);
    }),
  );
}

const nameTable = read(names);
const colourTable = read(colours);

/** The name that a product type ('iPhone14,5') is sold by; undefined when the table does not have it. */
export const nameOf = (productType: string): string | undefined => nameTable.get(productType);

/** The colour of a model number ('MLPF3'); undefined when the table does not have it. */
export const colourOf = (modelNumber: string): string | undefined => colourTable.get(modelNumber);
`,
);
