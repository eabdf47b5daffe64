import { expect, test } from 'vitest';
import { rekeyKillLoop } from '../support/rekey-kill-loop.ts';

test('killed at any moment of replacing every key: it opens, holds what was acknowledged, and verifies', async () => {
  const { keys } = await rekeyKillLoop(6);
  expect(keys).toBeGreaterThan(4);
}, 120_000);
