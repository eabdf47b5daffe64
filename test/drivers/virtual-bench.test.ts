import { expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { IdentityRead, Sighting } from '../../electron/drivers/devices/adapter.ts';
import type { EraseProgress } from '../../electron/drivers/picea/picea.ts';
import { createVirtualBench, type VirtualPhone } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { judgeImei } from '../../shared/devices.ts';

const start = (seed = 'a') => {
  const clock = createFakeClock();
  const bench = createVirtualBench({ clock, seed, eraseDurationMs: 2000, answerMs: 50 });
  const lists: Sighting[][] = [];
  bench.adapter.watch(list => lists.push(list), new AbortController().signal);
  return { clock, bench, lists, now: () => lists.at(-1) ?? [] };
};

async function identify({ bench, clock, now }: ReturnType<typeof start>, portPath: string): Promise<IdentityRead> {
  const sighting = now().find(s => s.portPath === portPath);
  if (!sighting) throw new Error(`nothing at ${portPath}`);
  const session = await bench.adapter.open(sighting, new AbortController().signal);
  const read = session.identify({ timeoutMs: 20_000, signal: new AbortController().signal });
  const [result] = await Promise.all([read.finally(() => session.close()), clock.advance(20_000)]);
  return result;
}

function erase({ bench }: ReturnType<typeof start>, phone: VirtualPhone, signal = new AbortController().signal) {
  const told: EraseProgress[] = [];
  const { portPath, identifiers } = phone;
  const target = { portPath, identifiers, epoch: phone.epoch ?? '' };
  return { told, result: bench.picea.erase(target, { onProgress: p => told.push(p), signal }) };
}

test('equal seeds make equal worlds and other seeds other phones', () => {
  const fleet = (seed: string) => {
    const { bench } = start(seed);
    return Array.from({ length: 30 }, () => bench.plug());
  };
  expect(fleet('a')).toEqual(fleet('a'));
  expect(fleet('a')).not.toEqual(fleet('b'));
});

test('two hundred phones have their own connectors, epochs and valid IMEIs, and no more fit', () => {
  const { bench, now } = start();
  const phones = Array.from({ length: 200 }, () => bench.plug());
  expect(new Set(now().map(s => s.portPath)).size).toBe(200);
  expect(new Set(now().map(s => s.epoch)).size).toBe(200);
  const imeis = phones.flatMap(p => p.identifiers.imei);
  expect(new Set(imeis).size).toBe(imeis.length);
  expect(new Set(imeis.map(judgeImei))).toEqual(new Set(['valid']));
  expect(() => bench.plug()).toThrow('connectors are taken');
});

test('an erase reboots the phone inside the announced window and leaves it as new', async () => {
  const world = start();
  const phone = world.bench.plug();
  const { told, result } = erase(world, phone);
  await world.clock.advance(1_550);
  expect(told.at(-1)).toMatchObject({ kind: 'reboot' });
  expect(world.now()).toEqual([]);
  await world.clock.advance(600);
  expect(world.now()).toMatchObject([{ portPath: phone.portPath }]);
  expect(world.now()[0]?.epoch).not.toBe(phone.epoch);
  const done = await result;
  expect(done).toMatchObject({ success: true, failure: null, identifiers: phone.identifiers });
  expect(JSON.parse(done.raw)).toMatchObject({ operationId: done.operationId, success: true });
  expect(done.certificate?.bytes.toString()).toContain('SIMULATED');
  expect(told.flatMap(p => (p.kind === 'progress' ? [p.percent] : [])).at(-1)).toBe(100);
  expect(await identify(world, phone.portPath)).toMatchObject({
    identifiers: phone.identifiers,
    setupState: { ok: true, value: 'setup' },
    accounts: { ok: true, value: 0 },
  });
});

test('`lost` vanishes in mid-erase without notice and stays away until it is plugged in again', async () => {
  const world = start();
  const phone = world.bench.plug({ fault: 'lost' });
  const { told, result } = erase(world, phone);
  await world.clock.advance(60_000);
  expect(world.now()).toEqual([]);
  expect(told.some(p => p.kind === 'reboot')).toBe(false);
  expect(await result).toMatchObject({ success: false, failure: { code: 'DEVICE_LOST' }, certificate: null });
  world.bench.replug(phone.id);
  expect(await identify(world, phone.portPath)).toMatchObject({
    identifiers: phone.identifiers,
    setupState: { value: 'in_use' },
  });
});

test('`fails` is reported by the tool and leaves the phone in use', async () => {
  const world = start();
  const phone = world.bench.plug({ fault: 'fails' });
  const { result } = erase(world, phone);
  await world.clock.advance(5_000);
  expect(await result).toMatchObject({ success: false, failure: { code: 'ERASE_REFUSED' } });
  expect(world.bench.get(phone.id)).toMatchObject({ setupState: 'in_use', epoch: phone.epoch });
});

test('`wrong_identity` comes back as another unit on the same connector', async () => {
  const world = start();
  const phone = world.bench.plug({ fault: 'wrong_identity' });
  const { result } = erase(world, phone);
  await world.clock.advance(5_000);
  expect(await result).toMatchObject({ success: true, identifiers: phone.identifiers });
  const { identifiers } = await identify(world, phone.portPath);
  expect(identifiers.serial).not.toBe(phone.identifiers.serial);
  expect(identifiers.imei.some(imei => phone.identifiers.imei.includes(imei))).toBe(false);
});

test('`does_nothing` reports success at once and the phone keeps its accounts', async () => {
  const world = start();
  const phone = world.bench.plug({ fault: 'does_nothing' });
  const { result } = erase(world, phone);
  await world.clock.advance(200);
  expect(await result).toMatchObject({ success: true });
  expect(world.bench.get(phone.id)).toEqual(phone);
});

test('`silent` answers nothing and `slow` answers late', async () => {
  const world = start();
  const silent = world.bench.plug({ fault: 'silent' });
  await expect(identify(world, silent.portPath)).rejects.toMatchObject({ code: 'device_silent' });
  const slow = world.bench.plug({ fault: 'slow' });
  expect(await identify(world, slow.portPath)).toMatchObject({ identifiers: slow.identifiers });
});

test('a cable pulled in the reboot window stays pulled', async () => {
  const world = start();
  const phone = world.bench.plug();
  const { result } = erase(world, phone);
  await world.clock.advance(1_550);
  world.bench.unplug(phone.id);
  await world.clock.advance(60_000);
  expect(world.now()).toEqual([]);
  expect(await result).toMatchObject({ success: false, failure: { code: 'DEVICE_LOST' } });
});

test('a cancelled erase rejects with the reason, and a phone that was rebooting still comes back', async () => {
  const world = start();
  const phone = world.bench.plug();
  const cancel = new AbortController();
  const { result } = erase(world, phone, cancel.signal);
  await world.clock.advance(1_550);
  const rejected = expect(result).rejects.toThrow('stop');
  cancel.abort(new Error('stop'));
  await rejected;
  await world.clock.advance(2_000);
  expect(world.now()).toMatchObject([{ portPath: phone.portPath }]);
});

test('the tool refuses a connector with nothing or with another unit on it', async () => {
  const world = start();
  const phone = world.bench.plug();
  const other = world.bench.plug();
  expect(await erase(world, { ...phone, portPath: '9-9' }).result).toMatchObject({
    failure: { code: 'DEVICE_NOT_FOUND' },
  });
  expect(await erase(world, { ...other, portPath: phone.portPath }).result).toMatchObject({
    failure: { code: 'DEVICE_MISMATCH' },
  });
  expect(world.bench.list()).toEqual([phone, other]);
});
