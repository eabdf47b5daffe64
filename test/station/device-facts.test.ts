import { afterEach, describe, expect, test } from 'vitest';
import { FactName, identifierFacts } from '../../shared/device-facts.ts';
import { staff, startStation, type TestStation } from '../support/start-station.ts';

const ending: TestStation[] = [];
afterEach(async () => {
  for (const bench of ending.splice(0)) await bench.close();
});

async function start() {
  const bench = await startStation();
  ending.push(bench);
  return { bench, ...(await staff(bench)) };
}

describe('what a device told', () => {
  test('is shown with source and time or with the reason, and identifiers without their values', async () => {
    const { bench, auditor } = await start();
    const phone = await bench.plug();
    const [device] = await auditor['devices.list']();
    if (!device) throw new Error('no device');
    const facts = await auditor['devices.facts']({ deviceId: device.id });
    expect(facts.map(fact => fact.name)).toEqual(FactName.options);
    for (const fact of facts.filter(f => f.known)) {
      expect(fact).toMatchObject({ why: null, source: 'virtual phone', at: expect.any(String) });
      expect(fact.value === null).toBe(identifierFacts.includes(fact.name));
    }
    for (const fact of facts.filter(f => !f.known))
      expect(fact).toMatchObject({ value: null, raw: null, source: null });
    expect(facts).toContainEqual(expect.objectContaining({ name: 'frp_lock', known: false, why: 'unsupported' }));
    for (const named of [phone.identifiers.serial, ...phone.identifiers.imei])
      expect(JSON.stringify(facts)).not.toContain(named);
  });

  test('stands in the journal without identifiers and without the text of the device', async () => {
    const { bench, auditor } = await start();
    const phone = await bench.plug();
    const items = await auditor['journal.list']({ limit: 50 });
    const entry = items.find(item => item.type === 'device.identified');
    expect(entry?.data).toMatchObject({
      facts: expect.arrayContaining([expect.objectContaining({ name: 'serial', known: true, value: null })]),
    });
    const text = JSON.stringify(entry?.data);
    expect(text).not.toContain('"raw"');
    for (const named of [phone.identifiers.serial, ...phone.identifiers.imei]) expect(text).not.toContain(named);
  });
});
