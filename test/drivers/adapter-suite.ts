import { afterEach, describe, expect, test } from 'vitest';
import type { DeviceAdapter, Sighting } from '../../electron/drivers/devices/adapter.ts';
import { hasIdentifier, judgeImei } from '../../shared/devices.ts';
import { until } from '../support/until.ts';

/** A bench with one connector, to run every adapter through the same tests. */
export type Place = {
  adapter: DeviceAdapter;
  plug(kind: 'phone' | 'silent' | 'slow'): Promise<void>;
  pull(): Promise<void>;
  remove(): Promise<void>;
};

/** What every adapter must do, whatever the protocol; `why` names what is missing here to run it. */
export function adapterSuite(name: string, create: () => Place, why: string | null): void {
  const used: Place[] = [];
  const never = new AbortController().signal;

  const start = () => {
    const place = create();
    used.push(place);
    const lists: Sighting[][] = [];
    const stop = new AbortController();
    place.adapter.watch(list => lists.push(list), stop.signal);
    const usable = () => (lists.at(-1) ?? []).filter(s => s.trouble === undefined);
    const appeared = async (before?: Sighting) => {
      await until(() => usable().some(s => s.epoch !== before?.epoch), 'a device appears');
      const [sighting] = usable();
      if (!sighting) throw new Error('no sighting');
      return sighting;
    };
    return { ...place, lists, stop, usable, appeared };
  };

  const title = why === null ? `${name} adapter` : `${name} adapter (skipped: ${why})`;
  describe.skipIf(why)(title, () => {
    afterEach(async () => {
      await Promise.all(used.splice(0).map(place => place.remove()));
    });

    test('shows what is plugged in, under a new epoch each time, and what is pulled out', async () => {
      const { plug, pull, lists, usable, appeared } = start();
      expect(lists).toHaveLength(1);
      await plug('phone');
      const first = await appeared();
      expect(first.adapter).toBe(name);
      // Two adapters that count from one must not give two devices one epoch.
      expect(first.epoch).toMatch(new RegExp(`^${name}:|^[0-9a-f-]{36}$`));
      await pull();
      await until(() => usable().length === 0, 'the device disappears');
      await plug('phone');
      const second = await appeared(first);
      expect(second.portPath).toBe(first.portPath);
      expect(second.epoch).not.toBe(first.epoch);
    });

    test('calls nobody back whose signal is over', async () => {
      const { adapter, plug, lists, stop } = start();
      const others: Sighting[][] = [];
      adapter.watch(list => others.push(list), stop.signal);
      adapter.watch(() => expect.unreachable(), AbortSignal.abort());
      stop.abort();
      const seen = [...lists];
      const third: Sighting[][] = [];
      adapter.watch(list => third.push(list), never);
      await plug('phone');
      await until(() => third.at(-1)?.some(s => s.trouble === undefined) === true, 'a device appears');
      expect(lists).toEqual(seen);
      expect(others).toHaveLength(1);
    });

    test('reads identity again and again from the device', async () => {
      const { adapter, plug, appeared } = start();
      await plug('phone');
      const session = await adapter.open(await appeared(), never);
      const read = await session.identify({ timeoutMs: 10_000, signal: never });
      expect(hasIdentifier(read.identifiers)).toBe(true);
      expect(read.identifiers.imei.map(judgeImei)).not.toContain('malformed');
      for (const fact of [read.manufacturer, read.model, read.revision]) {
        expect(fact).toMatchObject({ ok: true, value: expect.any(String), source: expect.any(String) });
      }
      expect(read.batteryLevel).toMatchObject({ ok: true, value: expect.any(Number) });
      const again = await session.identify({ timeoutMs: 10_000, signal: never });
      expect(again.identifiers).toEqual(read.identifiers);
    });

    test('tells that a device is silent', async () => {
      const { adapter, plug, appeared } = start();
      await plug('silent');
      const session = await adapter.open(await appeared(), never);
      await expect(session.identify({ timeoutMs: 300, signal: never })).rejects.toMatchObject({
        code: 'device_silent',
      });
    });

    test('stops reading with the reason of the signal', async () => {
      const { adapter, plug, appeared } = start();
      await plug('slow');
      const session = await adapter.open(await appeared(), never);
      const cancel = new AbortController();
      const read = session.identify({ timeoutMs: 10_000, signal: cancel.signal });
      const rejected = expect(read).rejects.toThrow('enough');
      cancel.abort(new Error('enough'));
      await rejected;
    });

    test('tells a session and its reader that the device went away', async () => {
      const { adapter, plug, pull, usable, appeared } = start();
      await plug('slow');
      const sighting = await appeared();
      const session = await adapter.open(sighting, never);
      const read = session.identify({ timeoutMs: 10_000, signal: never });
      const rejected = expect(read).rejects.toMatchObject({ code: 'device_lost' });
      await pull();
      await rejected;
      expect(await session.gone).toEqual(expect.any(String));
      await until(() => usable().length === 0, 'the device disappears');
      await expect(session.identify({ timeoutMs: 100, signal: never })).rejects.toMatchObject({ code: 'device_lost' });
      await expect(adapter.open(sighting, never)).rejects.toMatchObject({ code: 'device_lost' });
    });

    test('lets one talk at a time, and the next after close', async () => {
      const { adapter, plug, appeared } = start();
      await plug('phone');
      const sighting = await appeared();
      const session = await adapter.open(sighting, never);
      await expect(adapter.open(sighting, never)).rejects.toMatchObject({ code: 'port_unavailable' });
      await session.close();
      await session.close();
      await expect(session.identify({ timeoutMs: 100, signal: never })).rejects.toMatchObject({ code: 'device_lost' });
      const next = await adapter.open(sighting, never);
      expect(hasIdentifier((await next.identify({ timeoutMs: 10_000, signal: never })).identifiers)).toBe(true);
    });

    test('opens nothing for a signal that is over, and nothing after close', async () => {
      const { adapter, plug, appeared } = start();
      await plug('phone');
      const sighting = await appeared();
      await expect(adapter.open(sighting, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
      await adapter.close();
      await adapter.close();
      await expect(adapter.open(sighting, never)).rejects.toMatchObject({ code: 'device_lost' });
    });
  });
}
