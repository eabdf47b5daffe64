import type { ShownFact } from '../../shared/devices.ts';

/** A fact as text, or why it is not known. */
export function Fact({ fact, unknown = 'not known' }: { fact: ShownFact; unknown?: string }) {
  if (fact.value !== null) return <>{fact.value}</>;
  return <span className="dimmed">{fact.why === null ? unknown : `${unknown}: ${fact.why}`}</span>;
}

/** Maker and model in one line, for headings. */
export function deviceTitle({ manufacturer, model }: { manufacturer: ShownFact; model: ShownFact }): string {
  const known = [manufacturer.value, model.value].filter(part => part !== null);
  return known.length === 0 ? 'Unknown device' : known.join(' ');
}
