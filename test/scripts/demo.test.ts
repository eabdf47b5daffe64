import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'bench-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function demo(...args: string[]) {
  return spawnSync(process.execPath, ['scripts/run.mjs', 'scripts/demo.ts', ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
}

const Outcome = z.object({
  ok: z.literal(true),
  devices: z.array(
    z.object({ fault: z.string().nullable(), erasureStatus: z.string(), place: z.string(), synced: z.literal(true) }),
  ),
  entries: z.int(),
  cosignedSize: z.int(),
  verifications: z.array(z.object({ file: z.string(), ok: z.literal(true) })),
});

test('the main job, end to end: every fault ends as it must, everything is cosigned and verifies', () => {
  const out = join(folder, 'out');
  const run = demo('--devices', '5', '--json', '--out', out);
  expect(run.stderr).toBe('');
  expect(run.status).toBe(0);
  const outcome = Outcome.parse(JSON.parse(run.stdout));
  expect(outcome.devices.map(d => [d.fault, d.erasureStatus, d.place])).toEqual([
    [null, 'erased_verified', 'completed'],
    ['lost', 'indeterminate', 'failed'],
    ['fails', 'manual_bypass', 'completed'],
    ['wrong_identity', 'indeterminate', 'failed'],
    [null, 'erased_verified', 'completed'],
  ]);
  expect(outcome.cosignedSize).toBe(outcome.entries);
  expect(outcome.verifications).toHaveLength(6);
  const left = readdirSync(out);
  expect(left.filter(name => name.endsWith('.pdf'))).toHaveLength(5);
  for (const name of ['fleet.vkey', 'site-ca.pem', 'journal']) expect(left).toContain(name);
  expect(existsSync(join(out, 'journal', 'checkpoint'))).toBe(true);
}, 120_000);

test.each([
  [['--devices', '0'], 'a number from 1 to 200'],
  [['--devices', 'many'], 'a number from 1 to 200'],
  [['--nonsense'], 'Unknown option'],
])('%j is explained', (args, words) => {
  const run = demo(...args);
  expect(run.status).toBe(2);
  expect(run.stderr).toContain(words);
  expect(run.stderr).toContain('npm run demo');
});

test('a folder that cannot be written is named, without a stack trace', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  const run = demo('--devices', '1', '--out', file);
  expect(run.status).toBe(1);
  expect(run.stderr).toContain('Choose another with --out');
  expect(run.stderr).not.toContain('    at ');
}, 60_000);
