import { expect, test } from 'vitest';
import { killLoop } from '../support/kill-loop.ts';

test('killed at any moment of an erase: interrupted, never erased, nothing acknowledged is missing', async () => {
  const { interrupted } = await killLoop(5);
  expect(interrupted).toBeGreaterThan(0);
}, 120_000);
