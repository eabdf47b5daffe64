import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { staff, startStation } from '../support/start-station.ts';
import { heardOf } from './heard.ts';
import { line, summed } from './statistics.ts';

const devices = 50;
const rounds = 5;
/** What a healthy phone takes to tell everything about itself. */
const answerMs = 500;

/** Fifty devices put on the cable at once, beside one alone on the same bench. */
export async function benchAttachMany(): Promise<string[]> {
  const clock = createNodeClock();
  const virtual = createVirtualBench({ clock, seed: 'attach-many', answerMs });
  const bench = await startStation({ drivers: { clock, adapters: [virtual.adapter], picea: virtual.picea } });
  const [alone, together, pauses]: [number[], number[], number[]] = [[], [], []];
  try {
    const { technician } = await staff(bench);
    const plug = async (count: number) => {
      const read = heardOf(technician, 'ready', count);
      const startedAt = performance.now();
      const phones = Array.from({ length: count }, () => virtual.plug());
      const tookMs = (await read) - startedAt;
      for (const { id } of phones) virtual.unplug(id);
      return tookMs;
    };
    await plug(devices);
    for (let at = 0; at < rounds; at++) {
      alone.push(await plug(1));
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      together.push(await plug(devices));
      delay.disable();
      pauses.push(delay.max / 1e6);
    }
    const floor = summed(alone);
    const all = summed(together);
    return [
      line(`one device that takes ${answerMs} ms to answer`, floor),
      line(`${devices} of them at once`, all, { name: 'one', timing: floor, goal: 10 }),
      `all ${devices} identified within ${(Math.max(...together) / 1_000).toFixed(2)} s, goal ≤ 5 s`,
      line(`longest pause while ${devices} attach, goal ≤ 50 ms`, summed(pauses)),
    ];
  } finally {
    await bench.close();
  }
}
