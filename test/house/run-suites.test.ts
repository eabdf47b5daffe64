import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';

const project = path.resolve(import.meta.dirname, '../..');
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const Outcome = z.object({ passed: z.number(), failed: z.number(), skipped: z.number(), skips: z.array(z.string()) });

/** Runs these suites in a project of their own and a process of their own; the outcome is the last line it prints. */
function run(suites: Record<string, string>) {
  const root = mkdtempSync(path.join(tmpdir(), 'suites-'));
  made.push(root);
  mkdirSync(path.join(root, 'test'));
  symlinkSync(path.join(project, 'node_modules'), path.join(root, 'node_modules'), 'junction');
  for (const [name, body] of Object.entries(suites)) {
    writeFileSync(
      path.join(root, 'test', `${name}.test.ts`),
      `import { describe, expect, test } from 'vitest';\n${body}`,
    );
  }
  const runSuites = pathToFileURL(path.join(project, 'scripts/testing/run-suites.ts')).href;
  const code = `import { runSuites } from ${JSON.stringify(runSuites)};
    const outcome = await runSuites({ root: ${JSON.stringify(root)}, filters: [], mode: 'test' });
    console.log(JSON.stringify(outcome));`;
  // The outer run announces itself in the environment; the inner one must not take that for its own.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  const done = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const last = done.stdout.trimEnd().split('\n').at(-1) ?? '';
  expect(last, done.stdout + done.stderr).toMatch(/^\{/);
  return { exitCode: done.status, outcome: Outcome.parse(JSON.parse(last)) };
}

test('counts what passed and what was skipped, by name with the reason', () => {
  const { exitCode, outcome } = run({
    mixed: `
      test('adds', () => expect(1 + 1).toBe(2));
      describe.skip('serial lines (skipped: socat not installed)', () => { test('one', () => {}); test('two', () => {}); });
      describe('keyring', () => { test('keeps a key', ctx => ctx.skip('no keyring runs here')); });`,
  });
  expect(exitCode).toBe(0);
  expect(outcome).toEqual({
    passed: 1,
    failed: 0,
    skipped: 3,
    skips: [
      'test/mixed.test.ts > serial lines (skipped: socat not installed): 2 tests',
      'test/mixed.test.ts > keyring > keeps a key (skipped: no keyring runs here): 1 test',
    ],
  });
});

test('counts a failed test, a file that does not load and an error outside any test', () => {
  const { exitCode, outcome } = run({
    wrong: `test('adds', () => expect(1 + 1).toBe(3));`,
    broken: `throw new Error('cannot be loaded');`,
    stray: `test('passes', async () => { Promise.reject(new Error('stray')); await new Promise(done => setImmediate(done)); });`,
  });
  expect(exitCode).toBe(1);
  expect(outcome).toEqual({ passed: 1, failed: 3, skipped: 0, skips: [] });
});

test('a run without tests passes nothing', () => {
  expect(run({}).outcome).toEqual({ passed: 0, failed: 0, skipped: 0, skips: [] });
});
