import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DeviceAdapter } from '../../electron/drivers/devices/adapter.ts';
import type { VirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Client } from '../../shared/client.ts';
import { heardOf } from './heard.ts';

/** Keeps what an adapter tells while it is closed, and tells the newest of it in one list when it opens. */
export function createValve(adapter: DeviceAdapter) {
  let isClosed = false;
  let tellNewest = () => {};
  const watch: DeviceAdapter['watch'] = (tell, signal) =>
    adapter.watch(list => {
      tellNewest = () => tell(list);
      if (!isClosed) tell(list);
    }, signal);
  return {
    adapter: { ...adapter, watch },
    close() {
      isClosed = true;
    },
    open() {
      isClosed = false;
      tellNewest();
    },
  };
}

/** Virtual phones plugged in and pulled many at a time; a system tells of one after the other, however many a hub brings. */
export function createHub(virtual: VirtualBench, client: Client) {
  return {
    /** Resolves once all are identified, with the time in ms since the first was put on the cable. */
    async plug(count: number): Promise<number> {
      const read = heardOf(client, 'ready', count);
      const startedAt = performance.now();
      for (let at = 0; at < count; at++) {
        virtual.plug();
        await nextTurn();
      }
      return (await read) - startedAt;
    },
    async pull(): Promise<void> {
      for (const { id, epoch } of virtual.list()) {
        if (epoch === null) continue;
        virtual.unplug(id);
        await nextTurn();
      }
    },
  };
}
