import type { Person } from '../../../../shared/report-document.ts';
import type { Fact } from './blocks.ts';
import { formatInstant } from './format.ts';
import type { Texts } from './texts.ts';

/** A printed fact, or null when there is nothing to print: what is absent appears under "not checked" instead. */
export function fact(label: string, value: string | null | undefined, wide?: 'wide'): Fact | null {
  if (value === null || value === undefined || value === '') return null;
  return wide ? { label, value, wide: true } : { label, value };
}

export function facts(list: readonly (Fact | null)[]): Fact[] {
  return list.filter(entry => entry !== null);
}

/** Formatting bound to one document's offset and language. */
export type Words = {
  readonly texts: Texts;
  instant(at: string | null): string | null;
  person(person: Person | null): string | null;
};

export function createWords(utcOffsetMinutes: number, texts: Texts): Words {
  return {
    texts,
    instant: at => (at === null ? null : formatInstant(at, utcOffsetMinutes, texts)),
    person: person => (person === null ? null : (person.name ?? `${person.id.slice(0, 11)}… (${texts.forgotten})`)),
  };
}
