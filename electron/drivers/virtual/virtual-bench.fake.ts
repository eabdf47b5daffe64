import type { VirtualFault } from '../../../shared/training.ts';
import type { Clock } from '../clock/clock.ts';
import type { DeviceAdapter } from '../devices/adapter.ts';
import type { Picea } from '../picea/picea.ts';
import { createFakeRandom } from '../random/random.fake.ts';
import type { VirtualPhone, VirtualPhoneSpec } from './phones.fake.ts';
import { createVirtualAdapter } from './virtual-adapter.fake.ts';
import { createVirtualPicea } from './virtual-picea.fake.ts';
import { createVirtualWorld } from './virtual-world.fake.ts';

export type { VirtualPhone, VirtualPhoneSpec } from './phones.fake.ts';

export type VirtualBenchOptions = {
  clock: Clock;
  /** Equal seeds and equal acts give equal phones, epochs and operations. */
  seed: string;
  /** What an erase takes on a healthy phone; a slow one takes four times that. A diagnosis takes about as long. */
  eraseDurationMs?: number;
  /** What an identity read takes on a healthy phone; a slow one takes 25 times that. */
  answerMs?: number;
};

/** A world of virtual phones with the adapter that sees them and the tool that erases them. */
export type VirtualBench = {
  readonly adapter: DeviceAdapter;
  readonly picea: Picea;
  /** Makes a phone and puts it on a free connector or the one asked for. At most 200 can be plugged in. */
  plug(spec?: VirtualPhoneSpec): VirtualPhone;
  unplug(id: string): VirtualPhone;
  /** Puts a phone back on its connector, or another, under a new epoch. */
  replug(id: string, portPath?: string): VirtualPhone;
  /** Orders a fault from now on; null heals. */
  order(id: string, fault: VirtualFault | null): VirtualPhone;
  /** Every phone of this world, on the cable or off. */
  list(): VirtualPhone[];
  get(id: string): VirtualPhone;
  /** The phone plugged in at this connector. */
  at(portPath: string): VirtualPhone | undefined;
  close(): Promise<void>;
};

/** Makes a world of virtual phones. Nothing in it happens by itself: time comes from the clock, chance from the seed. */
export function createVirtualBench(options: VirtualBenchOptions): VirtualBench {
  const { clock, seed, eraseDurationMs = 20_000, answerMs = 60 } = options;
  const world = createVirtualWorld(createFakeRandom(`${seed}:phones`));
  const adapter = createVirtualAdapter({ world, clock, answerMs });
  const picea = createVirtualPicea({ world, clock, random: createFakeRandom(`${seed}:picea`), seed, eraseDurationMs });
  return {
    adapter,
    picea,
    plug: (spec = {}) => world.add(spec),
    unplug: id => world.detach(id),
    replug: (id, portPath) => world.attach(id, portPath),
    order: (id, fault) => world.change(id, { fault }),
    list: world.list,
    get: world.get,
    at: world.onCable,
    async close() {
      await Promise.all([adapter.close(), picea.close()]);
    },
  };
}
