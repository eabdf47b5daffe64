import { type FactLine, FactName, identifierFacts, type ShownFactLine } from '../../../shared/device-facts.ts';
import type { DeviceFacts, Fact, IdentityRead } from '../../drivers/devices/adapter.ts';

const longest = 500;

/** Everything a read told or could not tell, by name. */
function allFacts(read: IdentityRead): DeviceFacts {
  const { manufacturer, model, revision, batteryLevel, setupState, accounts, facts } = read;
  return { manufacturer, model, revision, battery_level: batteryLevel, setup_state: setupState, accounts, ...facts };
}

function lineOf(name: FactName, fact: Fact<string | number> | undefined): ShownFactLine {
  const nothing = { name, known: false, value: null, source: null, at: null, raw: null };
  if (!fact) return { ...nothing, why: 'not_asked' };
  if (!fact.ok) return { ...nothing, why: fact.why };
  const named = identifierFacts.includes(name);
  const text = (value: string) => (named ? null : value.slice(0, longest));
  const at = new Date(fact.at).toISOString();
  return {
    name,
    known: true,
    value: text(String(fact.value)),
    why: null,
    source: fact.source,
    at,
    raw: text(fact.raw),
  };
}

/** Every fact there is, for the screen: with its source, or why it is not known. */
export function shownFacts(read: IdentityRead | null): ShownFactLine[] {
  const facts: DeviceFacts = read === null ? {} : allFacts(read);
  return FactName.options.map(name => lineOf(name, facts[name]));
}

/** The facts that were asked for, as the journal may keep them for ever: no identifier, and no text of the device's. */
export function recordedFacts(read: IdentityRead): FactLine[] {
  return shownFacts(read)
    .filter(({ why }) => why !== 'not_asked')
    .map(({ raw: _, ...line }) => line);
}
