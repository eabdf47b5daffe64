import { expect, test } from 'vitest';
import { killLoop } from '../support/kill-loop.ts';

test('a station killed 150 times in its erasures', async () => {
  const { interrupted, erased } = await killLoop(150);
  expect(interrupted).toBeGreaterThan(20);
  expect(erased).toBeGreaterThan(20);
}, 1_500_000);
