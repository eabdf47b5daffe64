import { expect, test } from 'vitest';
import { nodeChild } from '../../electron/drivers/child/child.node.ts';

const maxLineBytes = 1_024;

/** Runs a program of Node to its end; `onLine` may end it. */
function run(program: string, onLine: (line: string, kill: () => void) => void = () => {}) {
  return new Promise<{ why: string; stderr: string }>(resolve => {
    const child = nodeChild({ command: process.execPath, args: ['-e', program], maxLineBytes })({
      onLine: line => onLine(line, () => child.kill()),
      onEnd: (why, stderr) => resolve({ why, stderr }),
    });
  });
}

const forEver = (chunk: string, to = 'stdout') =>
  `const b = Buffer.from(${JSON.stringify(chunk)}.repeat(10_000)); (function more() { process.${to}.write(b, more); })();`;

test('a program that floods without an end of line is ended, and nothing of it is passed on', async () => {
  const lines: string[] = [];
  const { why } = await run(forEver('x'), line => lines.push(line));
  expect(why).toContain('a line longer than 1024 bytes');
  expect(lines).toEqual([]);
});

test('one that floods with lines can be ended in the midst of them, and says nothing afterwards', async () => {
  let lines = 0;
  let afterwards = 0;
  let killed = false;
  const { why } = await run(forEver('{}\n'), (_, kill) => {
    lines++;
    if (killed) afterwards++;
    if (lines === 200_000) {
      killed = true;
      kill();
    }
  });
  expect(why).toMatch(/SIGKILL|killed|ended/);
  expect(lines).toBeGreaterThanOrEqual(200_000);
  // What was in the pipe when it was ended, and no more.
  expect(afterwards).toBeLessThan(500_000);
});

test('of what floods stderr the tail alone is kept', async () => {
  const { stderr } = await run(`process.stderr.write('y'.repeat(5_000_000) + 'end', () => process.exit(3));`);
  expect(stderr.length).toBeLessThanOrEqual(8 * 1_024);
  expect(stderr.endsWith('end')).toBe(true);
});

test('what is not UTF-8 ends it', async () => {
  const { why } = await run('process.stdout.write(Buffer.from([0xff, 0xfe, 0x0a])); setInterval(() => {}, 1000);');
  expect(why).toContain('not UTF-8');
});
