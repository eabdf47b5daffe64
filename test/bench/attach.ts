import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { staff, startStation } from '../support/start-station.ts';
import { line, time } from './statistics.ts';

/** From the moment a device is on the cable until a screen is told of it, and until it is identified. */
export async function benchAttach(): Promise<string[]> {
  const clock = createNodeClock();
  const virtual = createVirtualBench({ clock, seed: 'attach', answerMs: 0 });
  const bench = await startStation({ drivers: { clock, adapters: [virtual.adapter], picea: virtual.picea } });
  try {
    const { technician } = await staff(bench);
    const heard = (state: string) =>
      new Promise<void>(resolve => {
        const stop = technician.on('device.changed', device => {
          if (device.state !== state) return;
          stop();
          resolve();
        });
      });
    const seen = await time(50, async () => {
      const told = heard('attached');
      const phone = virtual.plug();
      await told;
      await heard('ready');
      virtual.unplug(phone.id);
    });
    const floor = await time(50, () => technician['station.info']());
    return [
      line('one call through the contract', floor),
      line('attach to identified on the screen', seen, { name: 'one call', timing: floor }),
    ];
  } finally {
    await bench.close();
  }
}
