import { expect, test } from 'vitest';
import { rekeyKillLoop } from '../support/rekey-kill-loop.ts';

test('a station killed 100 times while every key is replaced', async () => {
  const { finished, keys } = await rekeyKillLoop(100);
  expect(keys).toBeGreaterThan(100);
  expect(finished).toBeGreaterThan(0);
}, 1_500_000);
