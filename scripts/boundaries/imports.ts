import { existsSync, readFileSync, statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { parseAst } from 'rolldown/parseAst';

/**
 * What one import names: a file by its path from the project folder (`shared/ids.ts`), a package as `npm:zod`, a part of
 * Node as `node:fs`; `missing:…` for a relative path that leads nowhere, `unknown:…` for one that is only known when it runs.
 */
export type ImportTarget = string;

/** Every target that a source file imports: values, types, re-exports, `import()`, `require()`. Throws when it does not parse. */
export function importsOf(projectDir: string, file: string): ImportTarget[] {
  const code = readFileSync(path.join(projectDir, file), 'utf8');
  const program: unknown = parseAst(code, { lang: languageOf(file) }, file);
  return [...nodesOf(program)].flatMap(node => {
    const source = sourceOf(node);
    if (source === undefined) return [];
    const named = literal(source);
    return named === undefined ? [`unknown:${String(node.type)}`] : [targetOf(projectDir, file, named)];
  });
}

type AstNode = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is AstNode => typeof value === 'object' && value !== null;

function* nodesOf(value: unknown): Generator<AstNode> {
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (!isNode(next)) continue;
    if (!Array.isArray(next)) yield next;
    open.push(...Object.values(next));
  }
}

/** The part of an importing node that names what is imported; undefined when the node imports nothing. */
function sourceOf(node: AstNode): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node.source;
    case 'ExportNamedDeclaration':
      return node.source ?? undefined;
    case 'TSExternalModuleReference':
      return node.expression;
    case 'CallExpression':
      return isNode(node.callee) && node.callee.name === 'require' && Array.isArray(node.arguments)
        ? node.arguments[0]
        : undefined;
    default:
      return undefined;
  }
}

function literal(source: unknown): string | undefined {
  if (!isNode(source)) return undefined;
  if (typeof source.value === 'string') return source.value;
  const [only, ...more] = Array.isArray(source.quasis) ? source.quasis : [];
  if (more.length > 0 || !isNode(only) || !isNode(only.value)) return undefined;
  return typeof only.value.cooked === 'string' ? only.value.cooked : undefined;
}

function targetOf(projectDir: string, file: string, named: string): ImportTarget {
  const name = named.replace(/[?#].*$/, '');
  if (isBuiltin(name)) return name.startsWith('node:') ? name : `node:${name}`;
  if (!name.startsWith('.')) return `npm:${name}`;
  const target = path.posix.join(path.posix.dirname(file), name);
  const place = path.join(projectDir, target);
  return existsSync(place) && statSync(place).isFile() ? target : `missing:${target}`;
}

function languageOf(file: string): 'ts' | 'tsx' | 'jsx' | 'dts' {
  if (/\.d\.[cm]?ts$/.test(file)) return 'dts';
  if (file.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(file) ? 'ts' : 'jsx';
}
