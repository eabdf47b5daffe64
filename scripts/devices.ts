import { parseArgs } from 'node:util';
import { createNodeClock } from '../electron/drivers/clock/clock.node.ts';
import type { DeviceAdapter, Fact, IdentityRead, Sighting } from '../electron/drivers/devices/adapter.ts';
import { createSerialAdapter } from '../electron/drivers/serial/serial.node.ts';
import { judgeImei } from '../shared/devices.ts';
import { BenchError } from '../shared/errors.ts';
import { maskIdentifiers } from '../shared/masking.ts';

const usage = `npm run devices -- --serial PATH… [--watch]

Says what answers at a bench, one JSON object a line, without opening its data: for trying hardware, and for sending us
what came out. Serial numbers and IMEIs are masked.

  --serial  a serial line to look at (may repeat)
  --watch   go on and tell what comes and goes`;

const identifyTimeoutMs = 20_000;

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        serial: { type: 'string', multiple: true, default: [] },
        watch: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help || values.serial.length === 0) throw new Error('Name at least one serial line.');
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
  };
}

async function look(adapter: DeviceAdapter, sighting: Sighting): Promise<void> {
  const { portPath, mode, presence, trouble } = sighting;
  tell({ event: 'seen', portPath, mode, presence, ...(trouble === undefined ? {} : { trouble }) });
  if (trouble !== undefined) return;
  const { signal } = new AbortController();
  try {
    const session = await adapter.open(sighting, signal);
    try {
      tell({
        event: 'identified',
        portPath,
        ...describe(await session.identify({ timeoutMs: identifyTimeoutMs, signal })),
      });
    } finally {
      await session.close();
    }
  } catch (error) {
    if (!(error instanceof BenchError)) throw error;
    tell({ event: 'not_identified', portPath, code: error.code, advice: error.message });
  }
}

const options = readArguments();
const adapter = createSerialAdapter({ paths: options.serial, clock: createNodeClock() });
const stopped = new AbortController();
const looked = new Map<string, Promise<void>>();
let known: Sighting[] = [];

adapter.watch(sightings => {
  for (const gone of known.filter(k => !sightings.some(s => s.epoch === k.epoch)))
    tell({ event: 'gone', portPath: gone.portPath });
  known = sightings;
  for (const sighting of sightings)
    if (!looked.has(sighting.epoch)) looked.set(sighting.epoch, look(adapter, sighting));
}, stopped.signal);

if (options.watch) {
  process.once('SIGINT', () => void end());
  process.once('SIGTERM', () => void end());
} else {
  await allSeen();
  await end();
}

/** Every line was looked at once, or is said to be in trouble. */
async function allSeen(): Promise<void> {
  while (known.length < options.serial.length) await new Promise(resolve => setTimeout(resolve, 50));
  await Promise.all(looked.values());
}

async function end(): Promise<void> {
  stopped.abort();
  await adapter.close();
}
