import { dictionary } from '@zxcvbn-ts/language-common';
import { BenchError } from '../../../shared/errors.ts';

const passphraseLength = 20;
const leastWithoutName = 12;
const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];

/** Throws `password_refused`, saying which rule a chosen password breaks. */
export type PasswordRules = (password: string, name: string) => void;

/** The rules that a chosen password must meet; how often it was used before is checked against the hashes. */
export function createPasswordRules(): PasswordRules {
  const common = new Set(dictionary['passwords-common']);

  return (password, name) => {
    const refuse = (why: string): never => {
      throw new BenchError('password_refused', why);
    };
    const plain = password.normalize('NFKC');
    const lower = plain.toLowerCase();
    const kinds = classes.filter(kind => kind.test(plain)).length;
    if (plain.length < passphraseLength && kinds < 3) {
      refuse(`Use a sentence of ${passphraseLength} characters or more, or three of: small, capital, digit, sign.`);
    }
    if (new Set(lower).size < 6) refuse('This password repeats the same few characters. Use more different ones.');
    const letters = lower.replaceAll(/[^\p{L}]/gu, '');
    const trimmed = lower.replace(/^[^\p{L}\p{N}]+/u, '').replace(/[^\p{L}]+$/u, '');
    if ([lower, trimmed, letters].some(form => common.has(form))) {
      refuse('This password is on every list of common passwords. Choose another.');
    }
    if (lower.replaceAll(name.toLowerCase(), '').length < leastWithoutName) {
      refuse('This password is little more than your name. Choose another.');
    }
  };
}
