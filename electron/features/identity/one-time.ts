import type { Random } from '../../drivers/random/random.ts';

/** Letters and digits that nobody mistakes for one another when they are read out. */
const alphabet = ['ABCDEFGHJKM', 'NPQRSTVWXYZ', '23456789'].join('');

/** A code of ten characters, about 49 bits, in two groups. */
export function newCode(random: Random): string {
  const pick = () => alphabet[random.bytes(4).readUInt32BE() % alphabet.length] ?? 'A';
  const text = Array.from({ length: 10 }, pick).join('');
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

/** The same code however it was typed. */
export function plainCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');
}
