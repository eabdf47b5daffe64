import { afterEach, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('a device that appears while the keys are wrapped anew keeps its key', async () => {
  const keystore = createMemoryKeystore();
  let hold = Promise.resolve();
  const set = async (name: string, value: string) => {
    if (name === 'wrapping-key') await hold;
    await keystore.set(name, value);
  };
  bench = await startStation({ keystore: { ...keystore, set } });
  const { admin, technician } = await staff(bench);
  const people = await admin['users.list']();
  const [al, sue] = ['auditor', 'supervisor'].map(role => people.find(user => user.role === role));
  if (!al || !sue) throw new Error('people are missing');
  for (const { id } of [al, sue]) await admin['users.deactivate']({ operatorId: id });

  const stored = Promise.withResolvers<void>();
  hold = stored.promise;
  const forgetting = [al, sue].map(({ id }) => admin['privacy.forget']({ subject: id }));
  await bench.clock.advance(10);
  const phone = await bench.plug();
  stored.resolve();
  await Promise.all(forgetting);

  const [device] = await technician['devices.list']();
  expect(device).toMatchObject({ state: 'ready', trouble: null });
  if (!device) throw new Error('the device is missing');
  const job = await technician['jobs.open']({ deviceId: device.id });
  expect(job.identifiers).toEqual(phone.identifiers);
  expect((await admin['users.list']()).find(user => user.role === 'technician')?.name).toBe('Tom Technician');
});
