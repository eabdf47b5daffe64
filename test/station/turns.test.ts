import { describe, expect, test } from 'vitest';
import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import { createTurns } from '../../electron/features/devices/turns.ts';
import { staff, startStation } from '../support/start-station.ts';

const settled = () => new Promise<void>(resolve => setImmediate(resolve));

describe('turns', () => {
  test('the first goes on at once, the others one by one as time goes on', async () => {
    const clock = createFakeClock();
    const turn = createTurns(clock, new AbortController().signal);
    const went: number[] = [];
    for (const who of [1, 2, 3]) void turn().then(() => went.push(who));
    await settled();
    expect(went).toEqual([1]);
    await clock.advance(0);
    expect(went).toEqual([1, 2, 3]);
    // Nobody is left: again the next goes on at once.
    void turn().then(() => went.push(4));
    await settled();
    expect(went).toEqual([1, 2, 3, 4]);
  });

  test('who waits when the bench closes does not go on', async () => {
    const over = new AbortController();
    const turn = createTurns(createFakeClock(), over.signal);
    await turn();
    const waiting = turn();
    over.abort(new Error('closing'));
    await expect(waiting).rejects.toThrow('closing');
  });
});

test('fifty devices that answer at the same moment are all recorded, and so is each that leaves', async () => {
  const bench = await startStation();
  try {
    const { auditor } = await staff(bench);
    const phones = Array.from({ length: 50 }, () => bench.virtual.plug());
    await bench.clock.advance(50);
    const devices = await auditor['devices.list']();
    expect(devices.filter(device => device.state === 'ready')).toHaveLength(50);
    for (const { id } of phones) bench.virtual.unplug(id);
    const entries = await auditor['journal.list']({ limit: 200 });
    const told = (type: string) => new Set(entries.filter(e => e.type === type).map(e => e.device)).size;
    expect([told('device.identified'), told('device.lost')]).toEqual([50, 50]);
  } finally {
    await bench.close();
  }
});
