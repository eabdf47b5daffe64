import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeChecklists } from '../../electron/features/directory/merge-checklists.ts';
import { DeviceType, SiteChecklists, type StepId } from '../../shared/checklists.ts';

const ids = ['one', 'two', 'three'] as const satisfies StepId[];
const labels = fc.constantFrom('Screen', 'Sound', 'Smell');
const step = fc.record({ id: fc.constantFrom(...ids), label: labels }).map(named => ({
  ...named,
  mandatory: true,
  diagnostics: [],
  limit: null,
}));
const listOf = (type: DeviceType) =>
  fc.option(
    fc.record({
      type: fc.constant(type),
      version: fc.integer({ min: 2, max: 4 }),
      publishedAt: fc.integer({ min: 1, max: 3 }).map(day => `2026-01-0${day}T00:00:00.000Z`),
      sha256: fc.constantFrom('a', 'b').map(digit => digit.repeat(64)),
      steps: fc.uniqueArray(step, { selector: ({ id }) => id, minLength: 1 }),
    }),
    { nil: undefined },
  );
/** What one bench has. The hash stands for the steps: two lists that share type, version, time and hash are one. */
const lists = fc
  .tuple(listOf('phone'), listOf('tablet'), fc.dictionary(fc.constantFrom(...ids), labels))
  .map(([phone, tablet, names]) =>
    SiteChecklists.parse({ lists: { ...(phone && { phone }), ...(tablet && { tablet }) }, names }),
  );
const sameList = (a: SiteChecklists, b: SiteChecklists) =>
  DeviceType.options.some(type => {
    const [one, other] = [a.lists[type], b.lists[type]];
    return one && other && one.version === other.version && one.sha256 === other.sha256;
  });

test('two benches come to the same lists whoever hears of the other first, and hearing again changes nothing', () => {
  fc.assert(
    fc.property(lists, lists, (ours, theirs) => {
      fc.pre(!sameList(ours, theirs));
      const merged = mergeChecklists(ours, theirs);
      expect(mergeChecklists(theirs, ours)).toEqual(merged);
      expect(mergeChecklists(merged, ours)).toEqual(merged);
      expect(mergeChecklists(theirs, merged)).toEqual(merged);
      expect(mergeChecklists(null, merged)).toEqual(merged);
      expect(SiteChecklists.parse(JSON.parse(JSON.stringify(merged)))).toEqual(merged);
    }),
  );
});

test('the higher version counts, no step loses its name, and what is in force means what it says', () => {
  fc.assert(
    fc.property(lists, lists, (ours, theirs) => {
      const merged = mergeChecklists(ours, theirs);
      expect(Object.keys(merged?.names ?? {})).toEqual(
        expect.arrayContaining([...Object.keys(ours.names), ...Object.keys(theirs.names)]),
      );
      for (const type of DeviceType.options) {
        const versions = [ours, theirs].map(({ lists }) => lists[type]?.version ?? 0);
        expect(merged?.lists[type]?.version ?? 0).toBe(Math.max(...versions));
      }
      const last = merged?.lists.tablet ?? merged?.lists.phone;
      for (const { id, label } of last?.steps ?? []) expect(merged?.names[id]).toBe(label);
    }),
  );
});
