/**
 * One rule: the files it binds, and what these may import (`only`) or must not (`never`). Files and targets are patterns
 * over paths from the project folder, `npm:` packages and `node:` parts; `$1` stands for the first group of `files`.
 */
export type Rule = {
  readonly says: string;
  readonly files: RegExp;
  readonly except?: RegExp;
  readonly only?: readonly RegExp[];
  readonly never?: readonly RegExp[];
};

/** The folders that are examined. Each must hold source. */
export const folders = ['electron', 'renderer', 'shared', 'server', 'migrations', 'scripts', 'test'] as const;

/** The longest a source file may be, in lines. */
export const maxLines = 400;

const realAndFakeDrivers = /^electron\/drivers\/.+\.[a-z-]+\.ts$/;
const entryPoints =
  /^electron\/(main|headless|open-bench|report-worker|report-process|backup-worker|backup-process)\.ts$|^electron\/drivers\/(picea\/virtual-bridge|serial\/line-process|usb\/usb-process)\.ts$/;
const toolConfiguration = /^renderer\/vite\.config\.ts$/;

export const rules: readonly Rule[] = [
  {
    says: 'the renderer knows itself and the schemas of shared/: no Node, no journal mathematics, no verifier',
    files: /^renderer\//,
    except: toolConfiguration,
    only: [/^renderer\//, /^shared\/[^/]+$/, /^npm:(?!electron(\/|$))/],
  },
  {
    says: 'shared/ is a leaf: its schemas use zod and each other',
    files: /^shared\/[^/]+$/,
    only: [/^shared\/[^/]+$/, /^npm:zod$/],
  },
  {
    says: 'shared/tlog and shared/verify stay below everything: Node, shared/ and libraries',
    files: /^shared\/[^/]+\//,
    only: [/^shared\//, /^node:/, /^npm:(?!electron(\/|$)|kysely(\/|$)|better-sqlite3(\/|$))/],
  },
  {
    says: 'shared/tlog knows nothing of what is verified with it',
    files: /^shared\/tlog\//,
    never: [/^shared\/verify\//],
  },
  {
    says: 'a feature knows itself, the record it writes to (journal, station), the database and the interfaces of drivers',
    files: /^electron\/features\/([^/]+)\//,
    only: [
      /^electron\/features\/($1|journal|station)\//,
      /^electron\/(database|drivers)\//,
      /^electron\/handlers.ts$/,
      /^shared\//,
      /^(node|npm):/,
    ],
  },
  {
    says: 'the record (journal, station) knows no feature that writes to it',
    files: /^electron\/features\/(journal|station)\//,
    never: [/^electron\/features\/(?!journal\/|station\/)/],
  },
  {
    says: 'only entry points choose real or fake drivers; a real or fake driver may build on another',
    files: /^(electron|server|renderer|shared|migrations)\//,
    except: new RegExp(`${entryPoints.source}|${realAndFakeDrivers.source}`),
    never: [realAndFakeDrivers],
  },
  {
    says: 'drivers know no feature, no database, no shell',
    files: /^electron\/drivers\//,
    only: [/^electron\/drivers\//, /^shared\//, /^node:/, /^npm:(?!kysely(\/|$))/],
  },
  {
    says: 'the database knows no feature and no driver',
    files: /^electron\/database\//,
    only: [/^electron\/database\//, /^migrations\//, /^shared\//, /^(node|npm):/],
  },
  {
    says: "only main.ts, preload.ts and shell/ import 'electron'",
    files: /^(electron|renderer|shared|server|migrations|scripts)\//,
    except: /^electron\/(main\.ts|preload\.ts|shell\/)/,
    never: [/^npm:electron(\/|$)/],
  },
  {
    says: "the preload imports 'electron' and nothing else",
    files: /^electron\/preload\.ts$/,
    only: [/^npm:electron$/],
  },
  {
    says: 'the shell is handed what it serves: it knows no feature and no database',
    files: /^electron\/shell\//,
    never: [/^electron\/(features|database)\//],
  },
  {
    says: 'the gate knows the contract alone',
    files: /^electron\/(router|handlers)\.ts$/,
    only: [/^electron\/(router|handlers)\.ts$/, /^shared\/[^/]+$/, /^node:/, /^npm:zod$/],
  },
  {
    says: 'queries live in stores: kysely elsewhere is a query where nobody looks for it',
    files: /^(electron|renderer|shared|scripts)\//,
    except: /\.store\.ts$|^electron\/database\/|^electron\/features\/station\/settings\.ts$/,
    never: [/^npm:kysely(\/|$)/],
  },
  {
    says: 'the database file is opened in one place',
    files: /^(electron|renderer|shared|scripts)\//,
    except: /^electron\/database\//,
    never: [/^npm:better-sqlite3(\/|$)/],
  },
  {
    says: 'the server knows itself, its migrations and shared/',
    files: /^server\//,
    only: [/^server\//, /^shared\//, /^migrations\/server\//, /^package\.json$/, /^node:/, /^npm:(?!electron(\/|$))/],
  },
  {
    says: 'a migration depends on nothing that can change after it has shipped',
    files: /^migrations\//,
    only: [/^migrations\//, /^npm:kysely$/],
  },
  {
    says: 'the product imports neither its scripts nor its tests',
    files: /^(electron|renderer|shared|server|migrations)\//,
    never: [/^(scripts|test)\//],
  },
  {
    says: 'scripts do not lean on tests',
    files: /^scripts\//,
    never: [/^test\//],
  },
  {
    says: 'a relative import leads to a file',
    files: /^/,
    never: [/^missing:/],
  },
  {
    says: 'in the product an import can be read, not only run',
    files: /^(electron|renderer|shared|server|migrations)\//,
    never: [/^unknown:/],
  },
];
