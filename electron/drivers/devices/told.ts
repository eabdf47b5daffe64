import type { Fact } from './adapter.ts';

export type Why = (Fact<never> & { ok: false })['why'];

export const unknown = (why: Why): Fact<never> => ({ ok: false, why });

const longestRaw = 200;
const printable = /^[^\p{Cc}\p{Cs}\p{Cn}]{1,128}$/u;

/** A value with its source; `malformed` when the text could not be shown on one line. */
export function told<T extends string | number>(value: T, source: string, raw: string, at: number): Fact<T> {
  if (!printable.test(String(value))) return unknown('malformed');
  return { ok: true, value, source, raw: raw.slice(0, longestRaw), at };
}
