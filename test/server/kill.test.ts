import { expect, test } from 'vitest';
import { killServer } from '../support/kill-server.ts';

test('a server killed 5 times while it takes batches loses nothing that it acknowledged', async () => {
  const { size } = await killServer(5);
  expect(size).toBeGreaterThanOrEqual(5 * 3 * 70);
}, 60_000);
