import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildUnsigned } from './report-kit.ts';
import { type SampleOptions, sampleDocument } from './sample-document.ts';

const golden = z
  .record(z.string(), z.string())
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'golden.json'), 'utf8')));

const samples: Record<string, SampleOptions & { paper: 'a4' | 'letter' }> = {
  verified: { paper: 'a4' },
  'bypass, internal, training': { status: 'manual_bypass', variant: 'internal', training: true, paper: 'letter' },
  'many scripts': { customer: '深圳 リファービッシュ שיפוץ شركة ไทย हिन्दी Ж λ ≥', paper: 'a4' },
  'a lot': { devices: 3, status: 'erased_with_exceptions', paper: 'a4' },
};

// golden.json holds SHA-256 of unsigned files. A change of words, layout, fonts or libraries changes them: look at the
// pages first, then write the new values there.
test.each(Object.entries(samples))('%s is the file it was', async (name, { paper, ...options }) => {
  const pdf = await buildUnsigned(sampleDocument(options), { look: { paper } });
  expect(createHash('sha256').update(pdf).digest('hex')).toBe(golden[name]);
});
