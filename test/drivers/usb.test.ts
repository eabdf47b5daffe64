import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Child, ChildEvents, StartChild } from '../../electron/drivers/child/child.ts';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { DeviceAdapter, Sighting } from '../../electron/drivers/devices/adapter.ts';
import { busChild, createUsbAdapter } from '../../electron/drivers/usb/usb.node.ts';
import type { BusDevice } from '../../electron/drivers/usb/usb-list.ts';
import { knownPhone } from '../../electron/drivers/usb/usb-modes.ts';
import { startMockBus } from '../support/mock-bus.ts';
import { describeWithTools } from '../support/tools.ts';
import { until } from '../support/until.ts';

const fastboot = { vid: 0x18d1, pid: 0x4ee0 };
const running = { vid: 0x18d1, pid: 0x4ee7 };
const download = { vid: 0x04e8, pid: 0x685d };
const emergency = { vid: 0x05c6, pid: 0x9008 };
const keyboard = { vid: 0x046d, pid: 0xc31c };

/** A bus that the test drives, and an adapter of another protocol beside it. */
function fakeBus(graceMs = 5_000) {
  const clock = createFakeClock();
  const started: (ChildEvents & { killed: boolean })[] = [];
  const start: StartChild = events => {
    const process_ = { ...events, killed: false };
    started.push(process_);
    const kill = () => {
      process_.killed = true;
      events.onEnd('was killed', '');
    };
    return { send: () => {}, kill } satisfies Child;
  };
  let tell: (sightings: Sighting[]) => void = () => {};
  const other: DeviceAdapter = {
    name: 'android',
    watch: onChange => {
      tell = onChange;
    },
    open: () => Promise.reject(new Error('not here')),
    close: async () => {},
  };
  const adapter = createUsbAdapter({ clock, others: [other], start, graceMs, log: () => {} });
  let list: Sighting[] = [];
  adapter.watch(sightings => {
    list = sightings;
  }, new AbortController().signal);
  const newest = () => {
    const last = started.at(-1);
    if (!last) throw new Error('nothing was started');
    return last;
  };
  return {
    clock,
    adapter,
    started,
    newest,
    list: () => list,
    say: (devices: BusDevice[]) => newest().onLine(JSON.stringify({ devices })),
    elsewhere: (...ports: string[]) =>
      tell(
        ports.map(portPath => ({ adapter: 'android', epoch: portPath, portPath, mode: 'normal', presence: 'ready' })),
      ),
  };
}

const at = (portPath: string, ids: { vid: number; pid: number }, address = 5): BusDevice => ({
  portPath,
  address,
  ...ids,
});

describe('the bus, told by a process', () => {
  test('a phone in another mode is shown at once with what to do; anything else is not shown', () => {
    const bus = fakeBus();
    bus.say([at('1-1', fastboot), at('1-2', download), at('1-3', emergency), at('1-4', keyboard)]);
    expect(bus.list().map(({ portPath, mode }) => [portPath, mode])).toEqual([
      ['1-1', 'bootloader'],
      ['1-2', 'bootloader'],
      ['1-3', 'edl'],
    ]);
    expect(bus.list()[0]?.trouble).toContain('Start its system');
  });

  test('a running phone is left to the adapter that can talk to it, and shown when none does', async () => {
    const bus = fakeBus();
    bus.say([at('1-1', running), at('1-2', running)]);
    expect(bus.list()).toEqual([]);
    bus.elsewhere('1-1');
    await bus.clock.advance(5_000);
    expect(bus.list().map(({ portPath }) => portPath)).toEqual(['1-2']);
    expect(bus.list()[0]?.trouble).toContain('USB debugging');
    bus.elsewhere('1-1', '1-2');
    expect(bus.list()).toEqual([]);
  });

  test('the same connector with another product id is another epoch, and the old one opens nothing', async () => {
    const bus = fakeBus();
    bus.say([at('1-1', fastboot)]);
    const [before] = bus.list();
    bus.say([at('1-1', emergency)]);
    const [after] = bus.list();
    expect(after?.epoch).not.toBe(before?.epoch);
    if (!before || !after) throw new Error('both were seen');
    const { signal } = new AbortController();
    await expect(bus.adapter.open(before, signal)).rejects.toMatchObject({ code: 'device_lost' });
    await expect(bus.adapter.open(after, signal)).rejects.toMatchObject({ code: 'port_unavailable' });
    bus.say([at('1-1', emergency, 6)]);
    expect(bus.list()[0]?.epoch).not.toBe(after.epoch);
  });

  test('a process that ends is started again, later each time; one that talks nonsense is ended', async () => {
    const bus = fakeBus();
    bus.say([at('1-1', fastboot)]);
    bus.newest().onEnd('ended with code 1', '');
    expect(bus.list()).toEqual([]);
    expect(bus.adapter.trouble?.()).toContain('not watched');
    await bus.clock.advance(1_000);
    expect(bus.started).toHaveLength(2);
    bus.newest().onLine('{"devices":[{"portPath":"../../etc"}]}');
    expect(bus.newest().killed).toBe(true);
    await bus.clock.advance(1_999);
    expect(bus.started).toHaveLength(2);
    await bus.clock.advance(1);
    expect(bus.started).toHaveLength(3);
    bus.newest().onLine('{"trouble":"This computer has no USB that could be listed."}');
    expect(bus.adapter.trouble?.()).toContain('no USB');
    bus.say([at('1-1', fastboot)]);
    expect(bus.adapter.trouble?.()).toBeNull();
    expect(bus.list()).toHaveLength(1);
  });

  test('whatever comes and goes, a sighting is about exactly one attach of one thing', async () => {
    const ids = [fastboot, running, download, emergency, keyboard];
    const arbitrary = fc.array(
      fc.array(fc.record({ slot: fc.nat(3), kind: fc.nat(4), address: fc.integer({ min: 1, max: 3 }) }), {
        maxLength: 4,
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(arbitrary, moves => {
        const bus = fakeBus(0);
        const meaning = new Map<string, string>();
        const ended = new Set<string>();
        for (const plugged of moves) {
          const devices = [...new Map(plugged.map(one => [one.slot, one])).values()].map(({ slot, kind, address }) =>
            at(`1-${slot + 1}`, ids[kind] ?? keyboard, address),
          );
          const before = new Set(bus.list().map(({ epoch }) => epoch));
          bus.say(devices);
          for (const { epoch, portPath, usb } of bus.list()) {
            const device = devices.find(each => each.portPath === portPath);
            const says = JSON.stringify(device);
            expect({ vid: device?.vid, pid: device?.pid }).toEqual({ vid: usb?.vid, pid: usb?.pid });
            expect(meaning.get(epoch) ?? says).toBe(says);
            expect(ended.has(epoch)).toBe(false);
            meaning.set(epoch, says);
            before.delete(epoch);
          }
          for (const epoch of before) ended.add(epoch);
        }
        expect(bus.list().every(({ usb }) => usb && knownPhone(usb.vid, usb.pid))).toBe(true);
      }),
    );
  });
});

describeWithTools('the bus as the kernel would list it', ['umockdev-run'], () => {
  let end: () => Promise<void> = async () => {};
  afterEach(() => end());

  async function open() {
    const bus = await startMockBus();
    const adapter = createUsbAdapter({
      clock: createNodeClock(),
      others: [],
      start: busChild(undefined, bus.env),
      graceMs: 0,
      log: () => {},
    });
    let list: Sighting[] = [];
    adapter.watch(sightings => {
      list = sightings;
    }, new AbortController().signal);
    end = async () => {
      await adapter.close();
      await bus.stop();
    };
    const shows = (...expected: string[]) =>
      until(
        () => list.map(({ portPath, mode }) => `${portPath} ${mode}`).join() === expected.join(),
        `it shows ${expected.join()}`,
      );
    return { bus, adapter, shows, list: () => list };
  }

  test('phones come, go, come back elsewhere and in another mode', async () => {
    const { bus, shows, list } = await open();
    bus.plug(2, { ...running, address: 20 });
    await shows('1-2 normal');
    const [first] = list();
    bus.unplug(2);
    await shows();
    bus.plug(2, { ...fastboot, address: 21 });
    await shows('1-2 bootloader');
    expect(list()[0]?.epoch).not.toBe(first?.epoch);
    bus.plug(4, { ...emergency, address: 22 });
    bus.plug(1, { ...keyboard, address: 23 });
    await shows('1-2 bootloader', '1-4 edl');
    bus.unplug(2);
    bus.plug(3, { ...fastboot, address: 24 });
    await shows('1-3 bootloader', '1-4 edl');
  });

  test('a computer whose USB goes away says so, in words', async () => {
    const { bus, adapter } = await open();
    await until(() => adapter.trouble?.() === null, 'the bus is watched');
    bus.vanish();
    await until(() => adapter.trouble?.() != null, 'it says that there is no USB');
    expect(adapter.trouble?.()).toMatch(/USB/);
  });
});
