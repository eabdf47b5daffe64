import { expect, test } from 'vitest';
import { soak } from '../support/soak.ts';

test.each(['first', 'second'])(
  'eight hours at a bench of a hundred phones, %s seed',
  async seed => {
    const { acts, started, erased } = await soak({ seed, phones: 100, hours: 8 });
    expect(acts).toBeGreaterThan(1_000);
    expect(started).toBeGreaterThan(100);
    expect(erased).toBeGreaterThan(20);
  },
  1_500_000,
);
