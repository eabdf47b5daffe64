import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyPath } from '../../shared/verify/verify-path.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bench-path-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

test.each<[string, () => string, string, RegExp]>([
  ['nothing', () => join(dir, 'nothing'), 'file', /no such file/],
  ['something below a file', () => join(file('a.txt', 'a'), 'b'), 'file', /cannot be read/],
  ['a letter', () => file('letter.txt', 'Dear reader'), 'file', /neither a report PDF nor a proof bundle/],
  ['an empty file', () => file('empty.pdf', ''), 'file', /neither a report PDF nor a proof bundle/],
  ['a PDF cut short', () => file('broken.pdf', '%PDF-1.7\nand no more'), 'signature', /./],
  ['other JSON', () => file('other.json', '{"v":7}'), 'bundle', /no proof bundle/],
  ['a folder of something else', () => import.meta.dirname, 'export', /policy\.json is missing/],
  ['an export whose checkpoint is a folder', () => odd(), 'export', /checkpoint is missing|policy\.json/],
])('%s is refused in a sentence', async (_, path, step, detail) => {
  const { ok, steps } = await verifyPath(path(), {});
  expect(ok).toBe(false);
  const failed = steps.find(({ outcome }) => outcome === 'failed');
  expect(failed).toMatchObject({ step, detail: expect.stringMatching(detail) });
});

function odd(): string {
  const path = join(dir, 'odd');
  mkdirSync(join(path, 'checkpoint'), { recursive: true });
  return path;
}

const isRefused = process.platform !== 'win32' && process.getuid?.() !== 0;
const why = process.platform === 'win32' ? 'Windows has no such mode' : 'root may read every file';
test.skipIf(!isRefused)(`a file that may not be read${isRefused ? '' : ` (skipped: ${why})`}`, async () => {
  const path = file('secret.json', '{}');
  chmodSync(path, 0o000);
  expect(await verifyPath(path, {})).toMatchObject({ ok: false, steps: [{ detail: 'The file may not be read.' }] });
});
