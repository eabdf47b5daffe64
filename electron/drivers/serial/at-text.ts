import { type Identifiers, judgeImei, noIdentifiers } from '../../../shared/devices.ts';
import type { Fact } from '../devices/adapter.ts';

/** How a command ended: with information, refused by the device, or not at all in time. */
export type AtAnswer =
  | { kind: 'ok'; lines: readonly string[] }
  | { kind: 'error'; final: string }
  | { kind: 'timeout' };

/** Result codes that end a command. Call results (NO CARRIER …) are none here: the bench dials nobody. */
export function isFinal(line: string): boolean {
  return /^(OK|ERROR|\+CM[ES] ERROR:.*|COMMAND NOT SUPPORT)$/.test(line);
}

/** `AT+CBC` → `+CBC`. */
export function nameOf(command: string): string {
  return /^AT([+*^%$#&]?[A-Z0-9]+)/i.exec(command)?.[1]?.toUpperCase() ?? '';
}

const spontaneous =
  /^(RING|RDY|BUSY|NO CARRIER|NO ANSWER|NO DIALTONE|Call Ready|SMS Ready|NORMAL POWER DOWN|UNDER-VOLTAGE.*|OVER-VOLTAGE.*)$/;

/** True for a line that the device sends by itself, as seen while `command` is in flight. */
export function isUnsolicited(line: string, command: string | null): boolean {
  if (spontaneous.test(line)) return true;
  const name = /^([+*^%$#][A-Z0-9_]+)(:|$)/i.exec(line)?.[1]?.toUpperCase();
  return name !== undefined && (command === null || name !== nameOf(command));
}

const printable = /^[\x20-\x7e\xa0-\xff]{1,128}$/;

/** The text of an information line without the command's name and quotes. */
function bare(line: string, command: string): string {
  const name = `${nameOf(command)}:`;
  const text = line.toUpperCase().startsWith(name) ? line.slice(name.length) : line;
  return text.trim().replace(/^"(.*)"$/, '$1');
}

/** Why a command yields no value: 3GPP TS 27.007 §9.2 names the numbers. A bare ERROR or OK means it is not told. */
function whyNot(answer: AtAnswer): (Fact<never> & { ok: false })['why'] {
  if (answer.kind === 'timeout') return 'timeout';
  const code = answer.kind === 'error' ? Number(/^\+CME ERROR: *(\d+)$/.exec(answer.final)?.[1]) : Number.NaN;
  if ([5, 11, 12, 16, 17, 18].includes(code)) return 'locked';
  return code === 3 || code === 32 ? 'denied' : 'unsupported';
}

/** One line of text that a command tells. */
export function textFact(command: string, answer: AtAnswer, at: number): Fact<string> {
  if (answer.kind !== 'ok' || answer.lines.length === 0) return { ok: false, why: whyNot(answer) };
  const raw = answer.lines.join('\n');
  const value = bare(answer.lines[0] ?? '', command);
  if (!printable.test(value) || !answer.lines.every(line => printable.test(line)))
    return { ok: false, why: 'malformed' };
  return { ok: true, value, source: command, raw, at };
}

/** `+CBC: state,percent[,millivolts]`; state 2 means that there is no battery. */
export function batteryFact(command: string, answer: AtAnswer, at: number): Fact<number> {
  const text = textFact(command, answer, at);
  if (!text.ok) return text;
  const [, state, percent] = /^(\d+) *, *(\d+)/.exec(text.value) ?? [];
  const value = Number(percent);
  if (state === undefined || value > 100) return { ok: false, why: 'malformed' };
  return state === '2' ? { ok: false, why: 'unsupported' } : { ...text, value };
}

/** The serial number a command tells is an IMEI, a MEID or the maker's own; raw as read, a bad check digit included. */
export function identifiersFrom(command: string, answer: AtAnswer): Identifiers {
  if (answer.kind !== 'ok') return noIdentifiers;
  const values = answer.lines.map(line => bare(line, command));
  const numbers = values.filter(value => /^\d{14,16}$/.test(value));
  const [imei] = numbers;
  if (imei !== undefined && numbers.length === 1) {
    // Noise beside it may have bitten into it: then only its check digit can vouch for it.
    const certain = values.length === 1 || judgeImei(imei) === 'valid';
    return certain ? { ...noIdentifiers, imei: [imei] } : noIdentifiers;
  }
  const [value] = values;
  if (value === undefined || values.length > 1 || !printable.test(value)) return noIdentifiers;
  return /^[0-9A-F]{14}$/i.test(value) ? { ...noIdentifiers, meid: value } : { ...noIdentifiers, serial: value };
}
