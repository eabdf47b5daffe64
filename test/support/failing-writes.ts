import { createFakeClock } from '../../electron/drivers/clock/clock.fake.ts';
import type { Clock } from '../../electron/drivers/clock/clock.ts';
import { createVirtualBench } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import { BenchError } from '../../shared/errors.ts';
import { type StartOptions, startStation, type TestStation } from './start-station.ts';

/** A station whose journal can be told to take nothing, as when the disk is full: every transaction fails and is rolled back. */
export async function startWithFailingWrites(options: StartOptions = {}) {
  const clock = createFakeClock();
  let failing = false;
  const stationClock: Clock = {
    ...clock,
    monotonicNs() {
      if (failing) throw new BenchError('disk_full', 'The disk is full: nothing more is recorded.');
      return clock.monotonicNs();
    },
  };
  const virtual = createVirtualBench({ clock, seed: 'failing', eraseDurationMs: 2_000, answerMs: 50 });
  const drivers = { clock: stationClock, adapters: [virtual.adapter], picea: virtual.picea, ...options.drivers };
  const started = await startStation({ ...options, drivers });
  const bench: TestStation = {
    ...started,
    clock,
    virtual,
    async plug(fault = null) {
      const phone = virtual.plug({ fault });
      await clock.advance(2_000);
      return phone;
    },
    async until(done, limitMs = 300_000) {
      for (let passed = 0; passed <= limitMs; passed += 500) {
        if (await done()) return;
        await clock.advance(500);
      }
      throw new Error('it never came to that');
    },
  };
  return {
    bench,
    fail(yes: boolean) {
      failing = yes;
    },
  };
}
