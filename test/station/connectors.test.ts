import { afterEach, expect, test } from 'vitest';
import { createMemoryKeystore } from '../../electron/drivers/keystore/keystore.fake.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

test('a connector keeps the name that an operator gives it, over replugging and restarts', async () => {
  const keystore = createMemoryKeystore();
  bench = await startStation({ keystore });
  const { technician, auditor } = await staff(bench);
  const phone = await bench.plug();
  const [device] = await technician['devices.list']();
  if (!device) throw new Error('no device');
  expect(device.connector).toBeNull();
  const named = await technician['devices.name_connector']({ deviceId: device.id, name: ' Hub 2 · 5 ' });
  expect(named).toMatchObject({ id: device.id, connector: 'Hub 2 · 5', portPath: device.portPath });
  const told = bench.events.filter(({ event }) => event === 'device.changed').at(-1);
  expect(told?.payload).toMatchObject({ id: device.id });
  expect((await auditor['devices.list']())[0]).toMatchObject({ connector: null, portPath: device.portPath });

  bench.virtual.unplug(phone.id);
  await bench.clock.advance(2_000);
  bench.virtual.replug(phone.id);
  await bench.clock.advance(2_000);
  expect((await technician['devices.list']()).map(({ connector }) => connector)).toEqual(['Hub 2 · 5']);

  const { dataDir } = bench;
  await bench.station.close();
  bench = await startStation({ dataDir, keystore, seed: 'again' });
  const client = bench.connect('t');
  await client['identity.sign_in']({ name: 'Tom Technician', password: passwords.technician });
  await bench.plug();
  expect((await client['devices.list']()).map(({ connector }) => connector)).toEqual(['Hub 2 · 5']);
});

test('two connectors are never called the same, a name can be taken away, and each naming is an entry', async () => {
  bench = await startStation();
  const { technician, admin } = await staff(bench);
  await bench.plug();
  await bench.plug();
  const [one, two] = await technician['devices.list']();
  if (!one || !two) throw new Error('no devices');
  await technician['devices.name_connector']({ deviceId: one.id, name: 'Left 1' });
  await expect(technician['devices.name_connector']({ deviceId: two.id, name: 'Left 1' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/Another connector is called Left 1/),
  });
  for (const name of ['', 'x'.repeat(41), 'a\u0000b', 'a\nb'])
    await expect(technician['devices.name_connector']({ deviceId: two.id, name })).rejects.toMatchObject({
      code: 'bad_input',
    });
  expect(await technician['devices.name_connector']({ deviceId: one.id, name: null })).toMatchObject({
    connector: null,
  });
  await technician['devices.name_connector']({ deviceId: two.id, name: 'Left 1' });
  const entries = (await admin['journal.list']({ limit: 50 })).filter(({ type }) => type === 'connector.named');
  expect(entries.map(({ data }) => data.named)).toEqual([true, false, true]);
  expect(JSON.stringify(entries)).not.toContain('Left 1');
});
