import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Plugged = { vid: number; pid: number; address: number };

const hex = (value: number) => value.toString(16).padStart(4, '0');
const swapped = (value: number) => hex(((value & 0xff) << 8) | (value >> 8)).toUpperCase();
const slots = [1, 2, 3, 4] as const;
const controller = '/devices/pci0000:00/0000:00:14.0/usb1';

/** A device as the kernel describes one, in the words of umockdev. */
function described(path: string, number: number, { vid, pid }: Pick<Plugged, 'vid' | 'pid'>): string {
  const node = `bus/usb/001/${String(number).padStart(3, '0')}`;
  const head = `P: ${path}\nN: ${node}\nE: DEVNAME=/dev/${node}\nE: DEVTYPE=usb_device\nE: SUBSYSTEM=usb\nE: BUSNUM=001`;
  const attributes = {
    busnum: '1',
    devnum: String(number),
    devpath: /-(\d)$/.exec(path)?.[1] ?? '0',
    idVendor: hex(vid),
    idProduct: hex(pid),
    bDeviceClass: '00',
    bDeviceSubClass: '00',
    bDeviceProtocol: '00',
    bcdDevice: '0100',
    version: ' 2.00',
    speed: '480',
    bConfigurationValue: '1',
  };
  const lines = Object.entries(attributes).map(([name, value]) => `A: ${name}=${value}\\n`);
  const configuration = '0902200001010080320904000002FF4201000705810200020007050102000200';
  const descriptors = `1201000200000040${swapped(vid)}${swapped(pid)}000101020301${configuration}`;
  return `${head}\nE: DEVNUM=${String(number).padStart(3, '0')}\n${lines.join('\n')}\nH: descriptors=${descriptors}\n`;
}

/**
 * A USB bus with four connectors (1-1 to 1-4) that umockdev makes up for whoever runs in `env`: the list of devices, but
 * no transfers and no notices of the kernel. Everything is unplugged at first.
 */
export async function startMockBus() {
  const folder = mkdtempSync(join(tmpdir(), 'mock-bus-'));
  const file = join(folder, 'bus.umockdev');
  const device = (slot: number) => `${controller}/1-${slot}`;
  const blocks = slots.map(slot => described(device(slot), slot + 10, { vid: 0x18d1, pid: 0x4ee7 }));
  writeFileSync(file, [described(controller, 1, { vid: 0x1d6b, pid: 2 }), ...blocks].join('\n'));
  const holder = spawn('umockdev-run', ['-d', file, '--', 'sh', '-c', 'echo "$UMOCKDEV_DIR"; cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [said] = (await once(holder.stdout, 'data')) as [Buffer];
  const root = said.toString('utf8').trim();
  const link = (slot: number) => join(root, 'sys/bus/usb/devices', `1-${slot}`);
  const unplug = (slot: number) => rmSync(link(slot), { force: true });
  for (const slot of slots) unplug(slot);

  return {
    /** Environment of a process that sees this bus. */
    env: { LD_PRELOAD: 'libumockdev-preload.so.0', UMOCKDEV_DIR: root },
    unplug,
    plug(slot: (typeof slots)[number], { vid, pid, address }: Plugged) {
      const at = join(root, 'sys', device(slot));
      writeFileSync(join(at, 'idVendor'), `${hex(vid)}\n`);
      writeFileSync(join(at, 'idProduct'), `${hex(pid)}\n`);
      writeFileSync(join(at, 'devnum'), `${address}\n`);
      unplug(slot);
      symlinkSync(`../../..${device(slot)}`, link(slot));
    },
    /** Takes the whole bus away, as on a computer without USB. */
    vanish: () => rmSync(join(root, 'sys/bus/usb'), { recursive: true }),
    stop: () => stop(holder, folder),
  };
}

async function stop(holder: ChildProcess, folder: string): Promise<void> {
  holder.stdin?.end();
  if (holder.exitCode === null) await once(holder, 'exit');
  rmSync(folder, { recursive: true, force: true });
}
