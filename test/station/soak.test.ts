import { expect, test } from 'vitest';
import { soak } from '../support/soak.ts';

test('half a day at a bench of twelve phones leaves nothing stuck, and nothing erased that is not', async () => {
  const { acts, started, erased } = await soak({ seed: 'short', phones: 12, hours: 3 });
  expect(acts).toBeGreaterThan(300);
  expect(started).toBeGreaterThan(30);
  expect(erased).toBeGreaterThan(3);
}, 120_000);
