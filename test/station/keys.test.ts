import { afterEach, describe, expect, test } from 'vitest';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

const dayMs = 86_400_000;
let bench: TestStation;
afterEach(() => bench.close());

const signInAgain = (name: string, password: string) => {
  const client = bench.connect(`${name} again`);
  return client['identity.sign_in']({ name, password }).then(() => client);
};
const keyWarnings = (warnings: string[]) => warnings.filter(warning => warning.includes('keys of this station'));

describe('the keys of a station', () => {
  test('are due after 90 days, and everybody is told from 14 days before', async () => {
    bench = await startStation();
    await staff(bench);
    const at = async (days: number) => {
      bench.clock.stepWall(days * dayMs);
      const client = await signInAgain('Tom Technician', passwords.technician);
      const { keys, warnings } = await client['health.get']();
      return { states: new Set(keys.map(({ state }) => state)), warned: keyWarnings(warnings) };
    };
    expect(await at(75)).toEqual({ states: new Set(['good']), warned: [] });
    const soon = await at(2);
    expect(soon.states).toEqual(new Set(['soon']));
    expect(soon.warned).toEqual([expect.stringMatching(/are due for replacement on 2026-/)]);
    const late = await at(14);
    expect(late.states).toEqual(new Set(['overdue']));
    expect(late.warned).toEqual([expect.stringMatching(/were due for replacement on .* Call an admin/)]);
  });

  test('are replaced by an admin alone, with a fresh password, each in the journal', async () => {
    bench = await startStation();
    const { supervisor } = await staff(bench);
    await expect(supervisor['keys.rotate']()).rejects.toMatchObject({ code: 'not_permitted' });
    bench.clock.stepWall(80 * dayMs);
    const again = await signInAgain('Ada Admin', passwords.admin);
    await bench.clock.advance(5 * 60_000);
    await expect(again['keys.rotate']()).rejects.toMatchObject({ code: 'step_up_needed' });
    await again['identity.step_up']({ password: passwords.admin });
    const { keys: ages, left } = await again['keys.rotate']();
    expect(left).toBe(null);
    expect(ages.map(({ state }) => state)).toEqual(ages.map(() => 'good'));
    expect(new Set(ages.map(({ since }) => since)).size).toBe(1);
    const { keys, warnings } = await again['health.get']();
    expect(keys).toEqual(ages);
    expect(keyWarnings(warnings)).toEqual([]);
    const entries = await again['journal.list']({ limit: 10 });
    const acts = entries.filter(({ actorName }) => actorName === 'Ada Admin').map(({ type }) => type);
    expect(acts.slice(0, 5)).toEqual([
      'database.rekeyed',
      'database.rekeyed',
      'key.rotated',
      'subject_keys.rewrapped',
      'station_keys.replaced',
    ]);
    expect(await again['journal.verify']()).toMatchObject({ ok: true });
  });
});
