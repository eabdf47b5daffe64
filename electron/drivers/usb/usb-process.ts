import { existsSync } from 'node:fs';
import { usb } from 'usb';
import type { BusDevice, BusReport } from './usb-list.ts';

/**
 * A process that watches the bus and opens nothing on it, because native code that hangs or fails must not take the bench
 * along. Tells a list as a line of JSON on stdout, or as a message when it is a utility process of Electron.
 */

const pollMs = 1_000;
const parent = process.parentPort;
let told = '';

function tell(report: BusReport): void {
  const text = JSON.stringify(report);
  if (text === told) return;
  told = text;
  if (parent) parent.postMessage(text);
  else process.stdout.write(`${text}\n`);
}

type Attached = Awaited<ReturnType<typeof usb.getDevices>>[number];

function copied({ bus, ports, address, vendorId, productId }: Attached): BusDevice[] {
  const number = Number.parseInt(bus, 10);
  // What has no ports is the hub of the computer itself.
  if (!Number.isInteger(number) || ports.length === 0) return [];
  return [{ portPath: `${number}-${ports.join('.')}`, address, vid: vendorId, pid: productId }];
}

/** Listening where there is no bus ends the process, and so does the library's own first look: see first. */
const hasBus = () => process.platform !== 'linux' || existsSync('/sys/bus/usb/devices');

let listening = false;
async function look(): Promise<void> {
  if (!hasBus()) return tell({ trouble: 'This computer has no USB that could be listed.' });
  const byPlace = (a: BusDevice, b: BusDevice) => a.portPath.localeCompare(b.portPath, 'en', { numeric: true });
  const list = async () => tell({ devices: (await usb.getDevices()).flatMap(copied).sort(byPlace) });
  await list();
  if (listening) return;
  listening = true;
  // Hints alone: very fast plugging gives none, and the list is the truth.
  for (const hint of ['connect', 'disconnect'] as const) usb.addEventListener(hint, () => void list().catch(failed));
}

function failed(error: unknown): void {
  tell({ trouble: `USB cannot be listed (${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}).` });
}

async function watch(): Promise<void> {
  await look().catch(failed);
  setTimeout(() => void watch(), pollMs);
}

if (!parent) {
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));
}
void watch();
