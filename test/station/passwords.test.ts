import { hash } from '@node-rs/argon2';
import { expect, test } from 'vitest';
import { createPasswords } from '../../electron/features/identity/passwords.ts';

test('passwords are hashed two at a time in the order in which they came, and the event loop goes on meanwhile', async () => {
  const passwords = createPasswords();
  const phc = await passwords.hash('a sentence nobody knows');
  const ended: number[] = [];
  let turns = 0;
  const turning = setInterval(() => turns++, 0);
  await Promise.all(
    Array.from({ length: 8 }, async (_, i) => {
      await passwords.check(phc, 'a sentence nobody knows');
      ended.push(i);
    }),
  );
  clearInterval(turning);
  expect(turns).toBeGreaterThan(4);
  // One of the two may be slow; but none begins before all but one of those ahead of it have ended.
  for (const [place, i] of ended.entries()) expect(place).toBeGreaterThanOrEqual(i - 1);
  expect(ended).toHaveLength(8);
});

test('a hash of weaker parameters is known as outdated, and one of today is not', async () => {
  const passwords = createPasswords();
  const weak = await hash('a sentence nobody knows', { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  expect(await passwords.check(weak, 'a sentence nobody knows')).toBe(true);
  expect(passwords.isOutdated(weak)).toBe(true);
  expect(passwords.isOutdated(await passwords.hash('a sentence nobody knows'))).toBe(false);
});

test('a password is the same however its letters are composed', async () => {
  const passwords = createPasswords();
  expect(await passwords.check(await passwords.hash('Caf\u00e9 am See'), 'Cafe\u0301 am See')).toBe(true);
});
