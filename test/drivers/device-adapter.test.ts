import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createSerialAdapter } from '../../electron/drivers/serial/serial.node.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { adapterSuite, type Place } from './adapter-suite.ts';

function virtualPlace(): Place {
  const bench = createVirtualBench({ clock: createNodeClock(), seed: 'suite', answerMs: 20 });
  const portPath = '1-1.1';
  return {
    adapter: bench.adapter,
    async plug(kind) {
      bench.plug({ portPath, fault: kind === 'phone' ? null : kind });
    },
    async pull() {
      const phone = bench.at(portPath);
      if (phone) bench.unplug(phone.id);
    },
    remove: () => bench.close(),
  };
}

function serialPlace(): Place {
  const line = createSerialLine();
  const adapter = createSerialAdapter({ paths: [line.path], clock: createNodeClock(), scanMs: 20 });
  return {
    adapter,
    plug: kind => line.plug(kind === 'phone' ? {} : kind === 'silent' ? { silent: true } : { delayMs: 400 }),
    pull: line.pull,
    async remove() {
      await adapter.close();
      await line.remove();
    },
  };
}

adapterSuite('virtual', virtualPlace, null);
adapterSuite('serial', serialPlace, noSerialLines);
