import { parseArgs } from 'node:util';
import { createAndroidAdapter } from '../electron/drivers/android/android.node.ts';
import { findAdb } from '../electron/drivers/android/find-adb.ts';
import { createNodeClock } from '../electron/drivers/clock/clock.node.ts';
import type { DeviceAdapter, Fact, IdentityRead, Sighting } from '../electron/drivers/devices/adapter.ts';
import { createIosAdapter } from '../electron/drivers/ios/ios.node.ts';
import { createSerialAdapter } from '../electron/drivers/serial/serial.node.ts';
import { createUsbAdapter } from '../electron/drivers/usb/usb.node.ts';
import { connectorName } from '../shared/connector-name.ts';
import { identifierFacts } from '../shared/device-facts.ts';
import { judgeImei } from '../shared/devices.ts';
import { BenchError } from '../shared/errors.ts';
import { maskIdentifiers } from '../shared/masking.ts';

const usage = `npm run devices -- [--serial PATH]… [--watch] [--adb PATH]

Says what answers at a bench, one JSON object a line, without opening its data: for trying hardware, and for sending us
what came out. Serial numbers and IMEIs are masked. Close the bench first: one program alone can talk to a phone.

  --serial  a serial line to look at (may repeat)
  --watch   go on and tell what comes and goes, Android phones, iPhones and iPads too
  --adb     the adb program for Android phones (looked for on PATH by default)`;

const identifyTimeoutMs = 20_000;
/** Longer than an adapter needs to start. */
const troubleCheckMs = 3_000;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        serial: { type: 'string', multiple: true, default: [] },
        adb: { type: 'string' },
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || (values.serial.length === 0 && !values.watch))
      throw new Error('Name at least one serial line, or watch.');
    return values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

function tell(line: Record<string, unknown>) {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }));
}

const told = (fact: Fact<string | number>) =>
  fact.ok ? { value: fact.value, source: fact.source } : { unknown: fact.why };

function describe(read: IdentityRead) {
  return {
    identifiers: maskIdentifiers(read.identifiers),
    imei: read.identifiers.imei.map(judgeImei),
    manufacturer: told(read.manufacturer),
    model: told(read.model),
    revision: told(read.revision),
    batteryLevel: told(read.batteryLevel),
    setupState: told(read.setupState),
    accounts: told(read.accounts),
    facts: Object.fromEntries(
      Object.entries(read.facts).flatMap(([name, fact]) =>
        identifierFacts.some(identifier => identifier === name) ? [] : [[name, told(fact)]],
      ),
    ),
  };
}

/** Where a device is, without the serial number that a system may put into its name of the place. */
const placeOf = ({ adapter, portPath }: Sighting) => ({ adapter, portPath: connectorName(portPath) });

async function look(adapter: DeviceAdapter, sighting: Sighting): Promise<void> {
  const { mode, presence, trouble, usb } = sighting;
  const place = placeOf(sighting);
  const ids = usb && { vid: usb.vid, pid: usb.pid };
  tell({
    event: 'seen',
    ...place,
    mode,
    presence,
    ...(ids && { usb: ids }),
    ...(trouble !== undefined && { trouble }),
  });
  if (trouble !== undefined) return;
  const { signal } = new AbortController();
  try {
    const session = await adapter.open(sighting, signal);
    try {
      const read = await session.identify({ timeoutMs: identifyTimeoutMs, signal });
      tell({ event: 'identified', ...place, ...describe(read) });
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    tell({ event: 'not_identified', ...place, code: error.code, advice: error.message });
  }
}

const options = readArguments();
const clock = createNodeClock();
const serial = createSerialAdapter({ paths: options.serial, clock });
const adapters: DeviceAdapter[] = options.watch ? [serial, ...phones()] : [serial];
const stopped = new AbortController();
const looked = new Map<string, Promise<void>>();
let seenLines = 0;

for (const adapter of adapters) watch(adapter);
if (options.watch) {
  process.once('SIGINT', () => void end());
  process.once('SIGTERM', () => void end());
} else {
  await allSeen();
  await end();
}

function phones(): DeviceAdapter[] {
  const log = (line: Record<string, unknown>) => tell({ event: 'log', ...line });
  const others = [
    createAndroidAdapter({ command: options.adb ?? findAdb(process.env, process.platform), clock, log }),
    createIosAdapter({ clock, log, env: process.env, platform: process.platform }),
  ];
  return [...others, createUsbAdapter({ clock, others, log })];
}

function watch(adapter: DeviceAdapter): void {
  let known: Sighting[] = [];
  let toldTrouble: string | null = null;
  adapter.watch(sightings => {
    for (const gone of known.filter(k => !sightings.some(s => s.epoch === k.epoch)))
      tell({ event: 'gone', ...placeOf(gone) });
    known = sightings;
    if (adapter === serial) seenLines = sightings.length;
    for (const sighting of sightings) {
      const { epoch } = sighting;
      if (!looked.has(epoch)) looked.set(epoch, look(adapter, sighting));
    }
  }, stopped.signal);
  const check = () => {
    const trouble = adapter.trouble?.() ?? null;
    if (trouble !== toldTrouble)
      tell({ event: trouble === null ? 'works_again' : 'unseen', adapter: adapter.name, trouble });
    toldTrouble = trouble;
  };
  if (!options.watch) return;
  const timer = setInterval(check, troubleCheckMs);
  stopped.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** Every line was looked at once, or is said to be in trouble. */
async function allSeen(): Promise<void> {
  while (seenLines < options.serial.length) await new Promise(resolve => setTimeout(resolve, 50));
  await Promise.all(looked.values());
}

async function end(): Promise<void> {
  stopped.abort();
  await Promise.all(adapters.map(adapter => adapter.close()));
}
