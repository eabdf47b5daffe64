import { setTimeout as pause } from 'node:timers/promises';
import type { Child, StartChild } from '../../electron/drivers/child/child.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { Sighting } from '../../electron/drivers/devices/adapter.ts';
import { busChild, createUsbAdapter } from '../../electron/drivers/usb/usb.node.ts';
import { createGadget } from './gadgets.ts';

// Runs in the guest: phones made by its kernel come and go, and each thing that must be true is a line `ok …` or `not ok …`.

let child: Child | null = null;
const start: StartChild = events => {
  child = busChild()(events);
  return child;
};
const adapter = createUsbAdapter({ clock: createNodeClock(), others: [], start, graceMs: 0, log: () => {} });
let list: Sighting[] = [];
adapter.watch(sightings => {
  list = sightings;
}, new AbortController().signal);

const places = () => list.map(({ portPath, mode }) => `${portPath} ${mode}`).join(', ');

async function shows(...expected: string[]): Promise<void> {
  for (let tries = 0; places() !== expected.join(', '); tries++) {
    if (tries > 500) throw new Error(`shown: ${places() || 'nothing'}; wanted: ${expected.join(', ') || 'nothing'}`);
    await pause(20);
  }
}

async function check(name: string, body: () => Promise<void>): Promise<void> {
  try {
    await body();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`not ok ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const phone = createGadget('phone', { vid: 0x18d1, pid: 0x4ee7, serial: 'SER0001' });
const twin = createGadget('twin', { vid: 0x18d1, pid: 0x4ee7, serial: 'SER0001' });
const fastboot = createGadget('fastboot', { vid: 0x18d1, pid: 0xd00d, serial: 'SER0001' });
const modem = createGadget('modem', { vid: 0x1e0e, pid: 0x9001, serial: 'M1' });

await check('nothing is shown where nothing is plugged in', () => shows());
await check('a phone is shown at the connector that the kernel names', async () => {
  phone.plug(0);
  await shows('1-1 normal');
});
await check('a twin with the same serial number is another device', async () => {
  twin.plug(1);
  await shows('1-1 normal', '2-1 normal');
  if (list[0]?.epoch === list[1]?.epoch) throw new Error('both have one epoch');
});
await check('what is no phone is left out', async () => {
  modem.plug(2);
  await pause(2_500);
  await shows('1-1 normal', '2-1 normal');
});
await check('the same connector in another mode is another attach', async () => {
  const before = list[0]?.epoch;
  phone.unplug();
  fastboot.plug(0);
  await shows('1-1 bootloader', '2-1 normal');
  if (list[0]?.epoch === before) throw new Error('the epoch is the old one');
});
await check('after very fast plugging the list is what is there', async () => {
  for (let times = 0; times < 8; times++) {
    twin.unplug();
    twin.plug(1);
  }
  twin.unplug();
  await shows('1-1 bootloader');
  twin.plug(1);
  await shows('1-1 bootloader', '2-1 normal');
});
await check('a watcher that is killed is started again and sees the same', async () => {
  child?.kill();
  await shows();
  await shows('1-1 bootloader', '2-1 normal');
});
await check('when everything is pulled nothing is left', async () => {
  for (const gadget of [twin, fastboot, modem]) gadget.unplug();
  await shows();
});
await adapter.close();
process.exit(0);
