import { afterEach, expect, test } from 'vitest';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('training plugs phones in again where they were, and nowhere else', async () => {
  const phones = new Set(['1-1']);
  bench = await startStation({
    drivers: {
      training: {
        plugIn: () => ({ portPath: '1-1' }),
        replug: portPath => phones.has(portPath),
        unplug: portPath => phones.has(portPath),
      },
    },
  });
  const { technician } = await staff(bench);
  expect(await technician['training.replug']({ portPath: '1-1' })).toBeNull();
  await expect(technician['training.replug']({ portPath: '9-9' })).rejects.toMatchObject({ code: 'not_found' });
});

test('a real bench plugs in nothing virtual', async () => {
  bench = await startStation();
  const { technician } = await staff(bench);
  await expect(technician['training.plug_in']({})).rejects.toMatchObject({ code: 'state_refused' });
});
