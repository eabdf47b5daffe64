import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { buildUnsigned } from './report-kit.ts';
import { type SampleOptions, sampleDocument } from './sample-document.ts';

/**
 * SHA-256 of unsigned files. A change of words, layout, fonts or libraries changes them: look at the pages, then
 * write the new value here.
 */
const golden: readonly (readonly [string, SampleOptions, 'a4' | 'letter', string])[] = [
  ['verified', {}, 'a4', 'a20f7236a0aed24cec9eb16676fd4b7bcc79d232691b881d21352664a3169079'],
  [
    'bypass, internal, training',
    { status: 'manual_bypass', variant: 'internal', training: true },
    'letter',
    '5c0580df933dbe4927a98272661e880f8609bd20072947dd2daf657207fe12a4',
  ],
  [
    'many scripts',
    { customer: '深圳 リファービッシュ שיפוץ شركة ไทย हिन्दी Ж λ ≥' },
    'a4',
    '2ee1eae507fedcfe7b1763360508d4a3d85e80012454afd47b0b1d7a5df15ce4',
  ],
  [
    'a lot',
    { devices: 3, status: 'erased_with_exceptions' },
    'a4',
    'af93dafc466c141432b3d824bfcedb5617240929def8a63bbaa08f0172c6cf9f',
  ],
];

test.each(golden)('%s has not changed', async (_, options, paper, expected) => {
  const pdf = await buildUnsigned(sampleDocument(options), { paper });
  expect(createHash('sha256').update(pdf).digest('hex')).toBe(expected);
});
