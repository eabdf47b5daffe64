import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { Sighting } from '../../electron/drivers/devices/adapter.ts';
import { createIosAdapter } from '../../electron/drivers/ios/ios.node.ts';
import { muxAddress } from '../../electron/drivers/ios/usbmux.ts';
import { firstUdid, type PhoneScript } from '../peers/usbmuxd/phone.ts';
import { createIosPlace, muxEnvironment, noIosPhone, pairForReal } from '../support/ios-place.ts';
import { until } from '../support/until.ts';
import { adapterSuite, type Place } from './adapter-suite.ts';

const never = new AbortController().signal;
const second = '00008110-0011223344556677';
let paired: Awaited<ReturnType<typeof pairForReal>> | null = null;

beforeAll(async () => {
  if (noIosPhone === null) paired = await pairForReal();
}, 30_000);

function newPlace(options = {}) {
  if (!paired) throw new Error('no pairing');
  return createIosPlace(paired, options);
}

const behaviours: Record<'phone' | 'silent' | 'slow', PhoneScript> = {
  phone: {},
  silent: { stall: 'all' },
  slow: { stall: 'com.apple.mobile.battery' },
};

function iosPlace(): Place {
  const { adapter, plug, remove } = newPlace();
  let phone: Awaited<ReturnType<typeof plug>> | null = null;
  return {
    adapter,
    async plug(kind) {
      phone = await plug(behaviours[kind]);
    },
    async pull() {
      phone?.unplug();
    },
    remove,
  };
}

adapterSuite('ios', iosPlace, noIosPhone);

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

function start() {
  const place = newPlace();
  ending.push(place.remove);
  let list: Sighting[] = [];
  place.adapter.watch(sightings => {
    list = sightings;
  }, never);
  const seen = async (wanted: (sighting: Sighting) => boolean, what = 'a fitting sighting') => {
    await until(() => list.some(wanted), what);
    const found = list.find(wanted);
    if (!found) throw new Error('no sighting');
    return found;
  };
  const ready = () => seen(s => s.presence === 'ready', 'a phone is ready');
  const read = async (sighting: Sighting, timeoutMs = 15_000) => {
    const session = await place.adapter.open(sighting, never);
    ending.push(session.close);
    return session.identify({ timeoutMs, signal: never });
  };
  return { ...place, list: () => list, seen, ready, read };
}

const title = noIosPhone === null ? "libimobiledevice's programs on our usbmuxd" : `iPhones (skipped: ${noIosPhone})`;

describe.skipIf(noIosPhone)(title, () => {
  test('the real clients accept the peer: list, pair, validate, query', async () => {
    const { plug, mux } = start();
    await plug({ trust: 'none' });
    mux.plug({ udid: second, trust: 'pending' });
    const third = '00008110-0099887766554433';
    mux.plug({ udid: third });
    const run = async (tool: string, ...args: string[]) => {
      const done = promisify(execFile)(tool, args, { env: muxEnvironment(mux.path), timeout: 15_000 });
      return (await done.catch((error: { stdout: string }) => error)).stdout;
    };
    expect((await run('idevice_id', '-l')).trim().split('\n').sort()).toEqual([second, third, firstUdid].sort());
    expect(await run('idevicepair', '-u', second, 'pair')).toContain('trust dialog');
    expect(await run('ideviceinfo', '-u', third, '-s', '-k', 'SerialNumber')).toBe('');
    expect(await run('idevicepair', '-u', third, 'pair')).toContain('SUCCESS');
    expect(await run('idevicepair', '-u', third, 'validate')).toContain('SUCCESS');
    expect(await run('ideviceinfo', '-u', third, '-k', 'SerialNumber')).toBe('F4GXXXXXXX\n');
  }, 30_000);

  test('tells every fact with its source, or why it is not known', async () => {
    const { plug, ready, read } = start();
    await plug();
    expect(await read(await ready())).toMatchObject({
      identifiers: { serial: 'F4GXXXXXXX', imei: ['356938035643809', '356938035643817'], meid: '35693803564380' },
      manufacturer: { ok: true, value: 'Apple' },
      model: { ok: true, value: 'iPhone14,5', source: 'ideviceinfo -s ProductType' },
      revision: { ok: true, value: 'iOS 17.4.1', raw: '17.4.1' },
      batteryLevel: { ok: true, value: 87, raw: '87' },
      setupState: { ok: true, value: 'in_use' },
      accounts: { ok: false, why: 'unsupported' },
      facts: {
        marketing_name: { ok: true, value: 'iPhone 13', raw: 'iPhone14,5' },
        colour: { ok: true, value: 'Midnight', raw: 'MLPF3' },
        capacity_bytes: { ok: true, value: 128e9 },
        battery_cycles: { ok: true, value: 412 },
        battery_capacity_percent: { ok: true, value: 87, raw: '2450 of 2815 mAh' },
        activation_lock: { ok: false, why: 'unsupported' },
        mdm: { ok: false, why: 'unsupported' },
        sim_lock: { ok: false, why: 'unsupported' },
        screen_lock: { ok: true, value: 'code set' },
        eid: { ok: false, why: 'unsupported' },
      },
    });
  });

  test('a product type that the table does not have, and values that are none, stay unknown', async () => {
    const { plug, ready, read } = start();
    const values = {
      ProductType: 'iPhone99,9',
      ModelNumber: 'ZZZZ9',
      SerialNumber: 'no serial',
      PasswordProtected: false,
    };
    await plug({ values: { ...values, InternationalMobileEquipmentIdentity: '12' } });
    expect(await read(await ready())).toMatchObject({
      identifiers: { serial: null, imei: ['356938035643817'] },
      model: { ok: true, value: 'iPhone99,9' },
      facts: {
        marketing_name: { ok: false, why: 'unsupported' },
        colour: { ok: false, why: 'unsupported' },
        serial: { ok: false, why: 'malformed' },
        imei1: { ok: false, why: 'malformed' },
        screen_lock: { ok: false, why: 'unsupported' },
      },
    });
  });

  test('a phone that was not trusted is trouble in words, is not asked by the bench, and is another epoch once it was', async () => {
    const { adapter, mux, plug, seen, ready, read } = start();
    const phone = await plug({ trust: 'none' });
    const asking = await seen(s => s.presence === 'unauthorized', 'the phone is not trusted');
    expect(asking.trouble).toContain('tap Trust');
    await expect(adapter.open(asking, never)).rejects.toMatchObject({ code: 'port_unavailable' });
    expect(mux.requests).not.toContain('Connect');
    if (paired) mux.records.set(phone.udid, paired.pairing.record);
    phone.hostId = paired?.pairing.hostId ?? null;
    const trusted = await ready();
    expect(trusted.epoch).not.toBe(asking.epoch);
    expect((await read(trusted)).identifiers.serial).toBe('F4GXXXXXXX');
  });

  test.each([
    ['a pairing that the phone forgot', { stale: true }, 'does not know this computer', 'unauthorized'],
    ['a phone locked since its start', { sessionLocked: true }, 'locked', 'locked'],
  ] as const)('%s is trouble in words until it is mended', async (_, script, words, presence) => {
    const { plug, seen, ready, read } = start();
    const phone = await plug(script);
    const before = await ready();
    await expect(read(before)).rejects.toMatchObject({ code: expect.stringMatching(/^device_/) });
    const refused = await seen(s => s.presence === presence, 'the refusal is shown');
    expect(refused.trouble).toContain(words);
    expect(refused.epoch).not.toBe(before.epoch);
    phone.script.stale = false;
    phone.script.sessionLocked = false;
    expect((await read(await ready())).identifiers.serial).toBe('F4GXXXXXXX');
  });

  test('a stall leaves the other facts; unplugged in mid-read is lost, and never half read', async () => {
    const { plug, ready, read, list } = start();
    const phone = await plug({ stall: 'com.apple.mobile.battery' });
    expect(await read(await ready(), 3_000)).toMatchObject({
      identifiers: { serial: 'F4GXXXXXXX' },
      batteryLevel: { ok: false, why: 'timeout' },
      setupState: { ok: true, value: 'in_use' },
    });
    phone.unplug();
    await until(() => list().length === 0, 'it is gone');
    for (const dieOn of ['GetValue', 'com.apple.disk_usage.factory']) {
      await plug({ dieOn });
      await expect(read(await ready())).rejects.toMatchObject({ code: 'device_lost' });
      await until(() => list().length === 0, 'it is gone again');
    }
  });

  test('two phones are two, each read by its own name', async () => {
    const { plug, list, read } = start();
    await plug();
    await plug({ udid: second, location: 0x14200000, values: { SerialNumber: 'SECOND0001' } });
    await until(() => list().filter(s => s.presence === 'ready').length === 2, 'both are ready');
    const [one, other] = list();
    if (!one || !other) throw new Error('no sightings');
    expect(one.portPath).not.toBe(other.portPath);
    const reads = await Promise.all([read(one), read(other)]);
    expect(reads.map(r => r.identifiers.serial)).toEqual(['F4GXXXXXXX', 'SECOND0001']);
  });

  test('usbmuxd gone takes its phones away, and back it shows them under new epochs', async () => {
    const { adapter, mux, plug, ready, read, list } = start();
    await plug();
    const before = await ready();
    const session = await adapter.open(before, never);
    await mux.stop();
    expect(await session.gone).toEqual(expect.any(String));
    await until(() => list().length === 0, 'nothing is seen');
    expect(adapter.trouble?.()).toContain("usbmuxd doesn't answer");
    await mux.start();
    const after = await ready();
    expect(after.epoch).not.toBe(before.epoch);
    expect(adapter.trouble?.()).toBeNull();
    expect((await read(after)).identifiers.serial).toBe('F4GXXXXXXX');
  });

  test('recovery and DFU are told by USB, with the connector that Linux names', async () => {
    const { adapter, usbFolder, plug, seen, list } = start();
    const device = (name: string, pid: string, devnum: number) => {
      mkdirSync(join(usbFolder, name), { recursive: true });
      const fields = { idVendor: '05ac', idProduct: pid, busnum: 1, devnum };
      for (const [field, value] of Object.entries(fields)) writeFileSync(join(usbFolder, name, field), `${value}\n`);
    };
    device('1-1.3', '12a8', 7);
    device('1-1.4', '1281', 8);
    await plug({ location: (1 << 16) | 7 });
    await seen(s => s.portPath === '1-1.3' && s.presence === 'ready');
    const recovery = await seen(s => s.mode === 'recovery');
    expect(recovery).toMatchObject({ portPath: '1-1.4', usb: { vid: 0x05ac, pid: 0x1281 } });
    await expect(adapter.open(recovery, never)).rejects.toMatchObject({ code: 'port_unavailable' });
    device('1-1.4', '1227', 9);
    expect((await seen(s => s.mode === 'dfu')).epoch).not.toBe(recovery.epoch);
    rmSync(join(usbFolder, '1-1.4'), { recursive: true });
    await until(() => list().length === 1, 'the one in DFU mode is gone');
  });
});

describe('without libimobiledevice or usbmuxd', () => {
  const adapterWith = (env: NodeJS.ProcessEnv) => {
    const options = { clock: createNodeClock(), log: () => {}, platform: process.platform, pollMs: 50 };
    const adapter = createIosAdapter({ ...options, env, usbFolder: '/nowhere' });
    ending.push(adapter.close);
    return adapter;
  };

  test('says that phones are not seen when its programs are missing', () => {
    const adapter = adapterWith({ PATH: '/nowhere' });
    const lists: Sighting[][] = [];
    adapter.watch(list => lists.push(list), never);
    expect(lists).toEqual([[]]);
    expect(adapter.trouble?.()).toContain('libimobiledevice was not found');
  });

  test('finds usbmuxd where the environment says', () => {
    expect(muxAddress({ USBMUXD_SOCKET_ADDRESS: 'UNIX:/run/mux' }, 'linux')).toEqual({ path: '/run/mux' });
    expect(muxAddress({ USBMUXD_SOCKET_ADDRESS: '127.0.0.1:999' }, 'linux')).toEqual({ host: '127.0.0.1', port: 999 });
    expect(muxAddress({}, 'linux')).toEqual({ path: '/var/run/usbmuxd' });
    expect(muxAddress({}, 'win32')).toEqual({ host: '127.0.0.1', port: 27_015 });
  });
});
