import { expect } from 'vitest';
import { createFakeRandom } from '../../electron/drivers/random/random.fake.ts';
import type { VirtualPhone } from '../../electron/drivers/virtual/virtual-bench.fake.ts';
import type { Client } from '../../shared/client.ts';
import { BenchError } from '../../shared/errors.ts';
import type { Job } from '../../shared/jobs.ts';
import type { VirtualFault } from '../../shared/training.ts';
import { condition } from './job-steps.ts';
import { staff, startStation, type TestStation } from './start-station.ts';

const faults: (VirtualFault | null)[] = [
  null,
  null,
  null,
  null,
  'silent',
  'slow',
  'lost',
  'fails',
  'wrong_identity',
  'does_nothing',
];
const hourMs = 3_600_000;

type Told = { acts: number; erased: number; started: number };

/**
 * Compressed hours at a bench of so many phones: plugged in, pulled out, swapped on one connector, moved to another, a hub
 * reset under twenty of them, erases begun all the while. After each hour everything has to be as the cables are, nothing
 * may be stuck, and no job may be called erased whose phone is not.
 */
export async function soak({ seed, phones, hours }: { seed: string; phones: number; hours: number }): Promise<Told> {
  const bench = await startStation({ seed });
  const told: Told = { acts: 0, erased: 0, started: 0 };
  const unplanned: unknown[] = [];
  const planned = (error: unknown) => {
    if (!(error instanceof BenchError) || error.code === 'internal') unplanned.push(error);
  };
  try {
    const { technician } = await staff(bench);
    const act = createActs(bench, technician, { random: createFakeRandom(`${seed} acts`), phones, planned, told });
    let resources = 0;
    for (let hour = 0; hour < hours; hour++) {
      for (let passed = 0; passed < hourMs; ) {
        act();
        const pauseMs = act.pauseMs();
        await bench.clock.advance(pauseMs);
        passed += pauseMs;
      }
      await bench.clock.advance(10 * 60_000);
      expect(unplanned).toEqual([]);
      await expectSettled(bench, technician);
      bench.events.length = 0;
      bench.logged.length = 0;
      const now = process.getActiveResourcesInfo().length;
      if (hour === 0) resources = now;
      expect(now).toBeLessThanOrEqual(resources + 5);
    }
    for (const job of await technician['jobs.list']({}))
      if (isErased(job)) {
        told.erased++;
        expect(phoneOf(bench, job)).toMatchObject({ setupState: 'setup', accounts: 0 });
      }
    expect(bench.logged.filter(line => JSON.stringify(line).includes('"internal"'))).toEqual([]);
    return told;
  } finally {
    await bench.close();
  }
}

type Tools = {
  random: ReturnType<typeof createFakeRandom>;
  phones: number;
  planned(error: unknown): void;
  told: Told;
};

function createActs(bench: TestStation, technician: Client, { random, phones, planned, told }: Tools) {
  const { virtual } = bench;
  const pick = <T>(of: readonly T[]): T | undefined => of[random.integer(Math.max(1, of.length))];
  const on = () => virtual.list().filter(({ epoch }) => epoch !== null);
  const off = () => virtual.list().filter(({ epoch }) => epoch === null);
  const unplug = (phone: VirtualPhone | undefined) => phone && virtual.unplug(phone.id);
  const replug = (phone: VirtualPhone | undefined, portPath?: string) => {
    const at = portPath ?? phone?.portPath;
    if (phone && at !== undefined && !virtual.at(at)) virtual.replug(phone.id, at);
  };
  const work = async () => {
    const device = pick((await technician['devices.list']()).filter(({ state }) => state === 'ready'));
    if (!device) return;
    const open = device.jobId ?? (await technician['jobs.open']({ deviceId: device.id })).id;
    const job = await technician['jobs.get']({ jobId: open });
    if (job.place === 'intake') await technician['jobs.complete_intake']({ jobId: open, condition });
    const { place } = await technician['jobs.get']({ jobId: open });
    if (!['reset.awaiting_start', 'reset.interrupted', 'reset.erase_failed'].includes(place)) return;
    told.started++;
    await technician['jobs.start_erase']({ jobId: open });
  };
  const acts = [
    () => {
      if (virtual.list().length < phones) virtual.plug({ fault: pick(faults) ?? null });
    },
    () => unplug(pick(on())),
    () => replug(pick(off())),
    // Out and in again before the bench can have looked.
    () => {
      const phone = pick(on());
      unplug(phone);
      replug(phone);
    },
    // Another phone on the same connector, as fast as hands never are.
    () => {
      const [leaving, coming] = [pick(on()), pick(off())];
      unplug(leaving);
      replug(coming, leaving?.portPath);
    },
    () => {
      const hub = on().slice(0, 20);
      for (const phone of hub) unplug(phone);
      for (const phone of hub) replug(phone);
    },
    () => void work().catch(planned),
    () => void work().catch(planned),
    () => void work().catch(planned),
  ];
  const act = () => {
    told.acts++;
    // A hub reset is rare.
    const at = random.integer(acts.length);
    (at === 5 && random.integer(4) > 0 ? acts[0] : acts[at])?.();
  };
  return Object.assign(act, { pauseMs: () => 1 + random.integer(40_000) });
}

async function expectSettled(bench: TestStation, technician: Client): Promise<void> {
  const devices = await technician['devices.list']();
  for (const phone of bench.virtual.list().filter(({ epoch }) => epoch !== null)) {
    const here = devices.filter(({ portPath, state }) => portPath === phone.portPath && state !== 'lost');
    expect(here, `tiles at ${phone.portPath}`).toHaveLength(1);
    expect(['ready', 'unidentified']).toContain(here[0]?.state);
    if (here[0]?.state === 'ready' && phone.fault !== 'wrong_identity')
      expect(here[0].identifiers).toEqual(phone.identifiers);
  }
  for (const { portPath, state, jobId } of devices) {
    if (state === 'lost') expect(jobId, `why ${portPath} is still shown`).not.toBeNull();
    else expect(bench.virtual.at(portPath), `what is shown at ${portPath}`).toBeDefined();
  }
  for (const job of await technician['jobs.list']({ open: true }))
    expect(['reset.erasing', 'reset.verifying']).not.toContain(job.place);
}

const isErased = ({ place }: Job) => ['reset.erased', 'functional', 'qc', 'completed'].includes(place);

function phoneOf(bench: TestStation, { identifiers }: Job): VirtualPhone | undefined {
  const same = (phone: VirtualPhone) =>
    phone.identifiers.serial === identifiers.serial && phone.identifiers.imei.join() === identifiers.imei.join();
  return bench.virtual.list().find(same);
}
