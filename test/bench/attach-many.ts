import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { staff, startStation } from '../support/start-station.ts';
import { heardOf } from './heard.ts';
import { createHub, createValve } from './hub.ts';
import { longestPause } from './pause.ts';
import { line, summed } from './statistics.ts';

const devices = 50;
const rounds = 5;
/** What a healthy phone takes to tell everything about itself. */
const answerMs = 500;

/** Fifty devices put on the cable at once, beside one alone on the same bench. */
export async function benchAttachMany(): Promise<string[]> {
  const clock = createNodeClock();
  const virtual = createVirtualBench({ clock, seed: 'attach-many', answerMs });
  const valve = createValve(virtual.adapter);
  const bench = await startStation({ drivers: { clock, adapters: [valve.adapter], picea: virtual.picea } });
  const [alone, together, pauses]: [number[], number[], number[]] = [[], [], []];
  const atOnce: number[] = [];
  try {
    const { technician } = await staff(bench);
    const hub = createHub(virtual, technician);
    await hub.plug(devices);
    await hub.pull();
    for (let at = 0; at < rounds; at++) {
      alone.push(await hub.plug(1));
      await hub.pull();
      const pause = await longestPause(async () => {
        together.push(await hub.plug(devices));
        await hub.pull();
      });
      pauses.push(pause);
      valve.close();
      for (let each = 0; each < devices; each++) virtual.plug();
      atOnce.push(
        await longestPause(async () => {
          const read = heardOf(technician, 'ready', devices);
          valve.open();
          await read;
        }),
      );
      await hub.pull();
    }
    const floor = summed(alone);
    const all = summed(together);
    return [
      line(`one device that takes ${answerMs} ms to answer`, floor),
      line(`${devices} of them at once`, all, { name: 'one', timing: floor, goal: 10 }),
      `all ${devices} identified within ${(Math.max(...together) / 1_000).toFixed(2)} s, goal ≤ 5 s`,
      line(`longest pause while ${devices} attach and leave, goal ≤ 50 ms`, summed(pauses)),
      line(`the same while ${devices} are told of in one list, goal ≤ 50 ms`, summed(atOnce)),
    ];
  } finally {
    await bench.close();
  }
}
