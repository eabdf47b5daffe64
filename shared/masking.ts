import { BypassReason } from './approvals.ts';
import { connectorName } from './connector-name.ts';
import type { Identifiers } from './devices.ts';
import { allows, type Role } from './permissions.ts';

/** The last four characters, where these are the smaller part. */
const keepLast = (text: string) => (text.length < 8 ? '•••' : `•••${text.slice(-4)}`);

/** Identifiers as somebody without `pii.read` may see them: the last four characters at most. */
export function maskIdentifiers(ids: Identifiers): Identifiers {
  const mask = (text: string | null) => (text === null ? null : keepLast(text));
  return { serial: mask(ids.serial), imei: ids.imei.map(keepLast), meid: mask(ids.meid), eid: mask(ids.eid) };
}

const initials = (name: unknown) =>
  typeof name === 'string'
    ? name
        .split(/\s+/)
        .map(part => `${part.charAt(0)}.`)
        .join(' ')
    : name;

/** Fields of answers and events that hold personal data, and how a role without `pii.read` sees them. */
const personal: Record<string, (value: unknown) => unknown> = {
  // The system's name of a line may hold the serial number of what is plugged in.
  portPath: value => (typeof value === 'string' && connectorName(value) !== value ? '•••' : value),
  // In the words of an operator; the path of the system is shown in its place.
  connector: () => null,
  identifiers: value => (value === null ? null : maskIdentifiers(value as Identifiers)),
  actorName: initials,
  customerName: initials,
  missingItems: value => (Array.isArray(value) ? value.map(() => ({ identifiers: ['•••'], model: null })) : value),
  requesterName: initials,
  deciderName: initials,
  operatorName: initials,
  capturedByName: initials,
  byName: initials,
  verifierName: initials,
  done: value => (typeof value === 'string' ? '•••' : value),
  decisionReason: value => (typeof value === 'string' ? '•••' : value),
  // Of a job in the operator's words; of a bypass request one of a list.
  reason: value => (typeof value === 'string' && !BypassReason.safeParse(value).success ? '•••' : value),
  // To whom a job was handed over, in the words of whoever did.
  target: value => (typeof value === 'string' ? '•••' : value),
  caption: value => (typeof value === 'string' ? '•••' : value),
};

/** The same JSON value with every personal field masked. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) => {
      const mask = Object.hasOwn(personal, key) ? personal[key] : undefined;
      return [key, mask ? mask(v) : masked(v)];
    }),
  );
}

/** A value as this role may see it, before it becomes a file that nobody masks any more. */
export function asSeenBy<T>(role: Role, value: T): T {
  // Masking keeps every field and its kind: a text stays a text.
  return allows(role, 'pii.read') ? value : (masked(value) as T);
}
