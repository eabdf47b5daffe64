import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Machine, provideSystemTools, systemTools } from '../../scripts/testing/system-tools.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const allCommands = systemTools.map(tool => tool.command);

/** A computer with these programs, and what apt on it can bring (by default everything asked for). */
function computer(programs: readonly string[], options: { isRoot?: boolean; sudo?: boolean; unknown?: string } = {}) {
  const bin = mkdtempSync(path.join(tmpdir(), 'tools-'));
  made.push(bin);
  const add = (program: string) => {
    writeFileSync(path.join(bin, program), '');
    chmodSync(path.join(bin, program), 0o755);
  };
  programs.forEach(add);
  const ran: string[] = [];
  const printed: string[] = [];
  const machine: Machine = {
    platform: 'linux',
    path: bin,
    isRoot: options.isRoot ?? false,
    run(command, args) {
      ran.push([command, ...args].join(' '));
      if (command === 'sudo' && !options.sudo) return 1;
      if (!args.includes('install')) return 0;
      if (options.unknown !== undefined && args.includes(options.unknown)) return 100;
      for (const tool of systemTools) if (args.includes(tool.aptPackage)) add(tool.command);
      return 0;
    },
    print: line => printed.push(line),
  };
  return { machine, ran, printed };
}

const without = (...commands: string[]) => allCommands.filter(command => !commands.includes(command));

const tests = path.resolve(import.meta.dirname, '..');
const suites = readdirSync(tests, { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !file.startsWith('house'))
  .map(file => readFileSync(path.join(tests, file), 'utf8'));

describe('the table of system tools', () => {
  test('has every program that a suite asks for', () => {
    const lists = suites.flatMap(code => [...code.matchAll(/describeWithTools\([^[]*\[([^\]]*)\]/g)]);
    const asked = lists.flatMap(([, list = '']) => [...list.matchAll(/'([^']+)'/g)].map(([, name = '']) => name));
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter(name => !allCommands.includes(name))).toEqual([]);
  });

  test('has no program that nothing uses', () => {
    const isUsed = (command: string) => suites.some(code => new RegExp(`['/]${command}'`).test(code));
    expect(allCommands.filter(command => !isUsed(command))).toEqual([]);
  });
});

// Programs are marked by their mode, which Windows does not keep.
describe.skipIf(process.platform === 'win32')(
  'programs of the system (not on Windows, where files have no mode)',
  () => {
    test('nothing is run or said when all are there', () => {
      const { machine, ran, printed } = computer(['apt-get', ...allCommands]);
      expect(provideSystemTools(machine)).toEqual([]);
      expect([...ran, ...printed]).toEqual([]);
    });

    test('root installs what is missing, each package once', () => {
      const { machine, ran } = computer(['apt-get', ...without('socat', 'pdfsig', 'pdftotext')], { isRoot: true });
      expect(provideSystemTools(machine)).toEqual([]);
      expect(ran).toEqual(['apt-get update -q', 'apt-get install -y --no-install-recommends socat poppler-utils']);
    });

    test('somebody else installs through sudo, never asking for a password', () => {
      const { machine, ran } = computer(['apt-get', ...without('qpdf')], { sudo: true });
      expect(provideSystemTools(machine)).toEqual([]);
      expect(ran.every(line => line.startsWith('sudo -n '))).toBe(true);
      expect(ran.at(-1)).toBe('sudo -n apt-get install -y --no-install-recommends qpdf');
    });

    test('without sudo the command to run is said, and what is skipped', () => {
      const { machine, printed } = computer(['apt-get', ...without('qpdf', 'socat')]);
      expect(provideSystemTools(machine).map(tool => tool.command)).toEqual(['socat', 'qpdf']);
      expect(printed).toEqual([
        'Suites that need these programs are skipped:',
        '  socat – serial lines',
        '  qpdf – report PDFs',
        'To install them: sudo apt-get install socat qpdf',
      ]);
    });

    test('a package that this release does not have costs the others nothing', () => {
      const { machine, printed } = computer(['apt-get', ...without('chromium', 'qpdf')], {
        isRoot: true,
        unknown: 'chromium',
      });
      expect(provideSystemTools(machine).map(tool => tool.command)).toEqual(['chromium']);
      expect(printed.at(-1)).toBe('apt could not install them. To try: sudo apt-get install chromium');
    });

    test.each([
      ['another Linux', 'linux'],
      ['macOS', 'darwin'],
    ] as const)('on %s nothing is installed', (_name, platform) => {
      const { machine, ran, printed } = computer(without('socat'));
      expect(provideSystemTools({ ...machine, platform }).map(tool => tool.command)).toEqual(['socat']);
      expect(ran).toEqual([]);
      expect(printed.at(-1)).toBe('They are installed by themselves on Debian and Ubuntu only.');
    });
  },
);
