import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';

const child = join(import.meta.dirname, '../support/many-reports.ts');

test('a thousand reports leave no more behind than the first hundred', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', child, '1000'], { encoding: 'utf8' });
  if (!stdout) throw new Error(stderr);
  const held = z.array(z.int()).length(10).parse(JSON.parse(stdout));
  const [first = 0, ...later] = held;
  expect(first).toBeGreaterThan(0);
  expect(Math.max(...later) / first).toBeLessThan(1.25);
});
