import { expect, test } from 'vitest';
import { killServer } from '../support/kill-server.ts';

test('a server killed 100 times while it takes batches, before and after the commit', async () => {
  const { lost, kept } = await killServer(100);
  expect(lost).toBeGreaterThan(0);
  expect(kept).toBeGreaterThan(0);
}, 900_000);
