import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';

const project = path.resolve(import.meta.dirname, '../..');
const hasPinnedNode = readdirSync(path.join(project, 'node_modules')).some(name => /^node-(linux|win)-/.test(name));
const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs an entry through run.mjs, on a Node that says it is of this version. */
function run(version: string, code: string | null, ...args: string[]) {
  const folder = mkdtempSync(path.join(tmpdir(), 'run-'));
  made.push(folder);
  const entry = path.join(folder, 'entry.ts');
  if (code !== null) writeFileSync(entry, code);
  const claim = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  const done = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(claim)}`, 'scripts/run.mjs', entry, ...args],
    { cwd: project, encoding: 'utf8' },
  );
  return { status: done.status, stdout: done.stdout.trim(), stderr: done.stderr };
}

const sayArguments = 'const args: string[] = process.argv.slice(2); console.log(JSON.stringify(args));';
const sayVersion = 'console.log(process.versions.node.split(".")[0]);';

describe('the starter of every command', () => {
  test('hands the arguments to the entry', () => {
    expect(run('24.0.0', sayArguments, '--devices', '3')).toMatchObject({ status: 0, stdout: '["--devices","3"]' });
  });

  test('says how it is used when the entry does not exist', () => {
    expect(run('24.0.0', null)).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
  });

  describe.skipIf(!hasPinnedNode)('on an older Node (skipped where npm brings no Node: macOS)', () => {
    test('starts the entry on the Node that npm brought', () => {
      expect(run('20.0.0', sayVersion)).toMatchObject({ status: 0, stdout: '24' });
      expect(run('20.0.0', sayArguments, 'a', 'b')).toMatchObject({ status: 0, stdout: '["a","b"]' });
    });

    test('ends as the entry ends', () => {
      expect(run('20.0.0', 'process.exitCode = 7;').status).toBe(7);
    });
  });
});
