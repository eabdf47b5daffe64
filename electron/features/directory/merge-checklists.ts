import { type ChecklistInForce, DeviceType, type SiteChecklists } from '../../../shared/checklists.ts';

/**
 * What counts of the check-lists of two benches: of each type the list with the higher version, of two with the same one
 * the later. Every bench comes to the same, in whatever order it hears of them.
 */
export function mergeChecklists(one: SiteChecklists | null, other: SiteChecklists | null): SiteChecklists | null {
  if (!one || !other) return one ?? other;
  const lists = Object.fromEntries(
    DeviceType.options.flatMap(type => {
      const list = laterOf(one.lists[type], other.lists[type]);
      return list ? [[type, list]] : [];
    }),
  );
  const inForce = Object.values(lists).flatMap(({ steps }) => steps.map(({ id, label }) => [id, label] as const));
  return { lists, names: { ...namesOf(one.names, other.names), ...Object.fromEntries(inForce) } };
}

function laterOf(one: ChecklistInForce | undefined, other: ChecklistInForce | undefined) {
  if (!one || !other) return one ?? other;
  const rank = ({ publishedAt, sha256 }: ChecklistInForce) => `${publishedAt} ${sha256}`;
  if (one.version !== other.version) return one.version > other.version ? one : other;
  return rank(one) >= rank(other) ? one : other;
}

/** Where two benches gave one new name two meanings, both take the same of them. */
function namesOf(one: SiteChecklists['names'], other: SiteChecklists['names']): SiteChecklists['names'] {
  const both = Object.entries(other).map(([id, label]) => {
    const known = one[id];
    return [id, known !== undefined && known < label ? known : label] as const;
  });
  return { ...one, ...Object.fromEntries(both) };
}
