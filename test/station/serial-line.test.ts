import { afterEach, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createPiceaHost } from '../../electron/drivers/picea/picea.node.ts';
import { createSerialAdapter } from '../../electron/drivers/serial/serial.node.ts';
import type { Client } from '../../shared/client.ts';
import type { Device } from '../../shared/devices.ts';
import type { ModemScript } from '../peers/modem.ts';
import { condition } from '../support/job-steps.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { staff, startStation } from '../support/start-station.ts';

const title =
  noSerialLines === null ? 'a phone on a serial line' : `a phone on a serial line (skipped: ${noSerialLines})`;
const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

async function benchOn(script: ModemScript | null) {
  const line = createSerialLine();
  ending.push(line.remove);
  if (script) await line.plug(script);
  const clock = createNodeClock();
  const adapter = createSerialAdapter({ paths: [line.path], clock, scanMs: 50 });
  const picea = createPiceaHost({
    command: process.execPath,
    args: ['electron/drivers/picea/virtual-bridge.ts'],
    env: { VIRTUAL_BRIDGE_ERASE_MS: '600' },
    clock,
  });
  const bench = await startStation({ drivers: { clock, adapters: [adapter], picea } });
  ending.push(bench.close);
  return { line, people: await staff(bench) };
}

/** The device as soon as it is as wanted; a screen would see the same. */
function seen(client: Client, wanted: (device: Device) => boolean): Promise<Device> {
  return new Promise((resolve, reject) => {
    const look = (device: Device | undefined) => {
      if (!device) return;
      stop();
      resolve(device);
    };
    const stop = client.on('device.changed', device => look(wanted(device) ? device : undefined));
    client['devices.list']().then(list => look(list.find(wanted)), reject);
  });
}

describe.skipIf(noSerialLines)(title, () => {
  test('is identified, shown, and gets a job that no erase without set-up state can call verified', async () => {
    const { people } = await benchOn({ echo: true });
    const { technician } = people;
    const device = await seen(technician, d => d.state === 'ready');
    expect(device).toMatchObject({
      adapter: 'serial',
      manufacturer: { value: 'ACME' },
      model: { value: 'Phone X' },
      batteryLevel: { value: '87' },
      identifiers: { imei: [String(490_154_203_237_518)] },
      imeiFlag: 'valid',
    });
    const { id: jobId } = await technician['jobs.open']({ deviceId: device.id });
    await technician['jobs.complete_intake']({ jobId, condition });
    const over = new Promise<void>(resolve => {
      const stop = technician.on('job.changed', job => {
        if (job.id !== jobId || ['reset.awaiting_start', 'reset.erasing', 'reset.verifying'].includes(job.place))
          return;
        stop();
        resolve();
      });
    });
    await technician['jobs.start_erase']({ jobId });
    await over;
    // A modem cannot tell its set-up state nor its accounts: named as exceptions, never assumed.
    expect(await technician['jobs.get']({ jobId })).toMatchObject({
      place: 'reset.erased',
      erase: { status: 'erased_with_exceptions', exceptions: ['setup_state', 'accounts'] },
    });
  }, 60_000);

  test('that hangs up is lost, and is the same device when it comes back', async () => {
    const { line, people } = await benchOn({ echo: false });
    const { technician } = people;
    const { id } = await seen(technician, d => d.state === 'ready');
    const { id: jobId } = await technician['jobs.open']({ deviceId: id });
    await line.pull();
    await seen(technician, d => d.id === id && d.state === 'lost');
    await line.plug({ echo: true });
    expect(await seen(technician, d => d.state === 'ready')).toMatchObject({ id, jobId });
  }, 60_000);

  test('that does not exist says so on the screen and appears when it is there', async () => {
    const { line, people } = await benchOn(null);
    const { technician } = people;
    const missing = await seen(technician, d => d.trouble !== null);
    expect(missing.trouble).toContain('does not exist');
    await line.plug({});
    expect(await seen(technician, d => d.state === 'ready')).toMatchObject({ trouble: null });
  }, 60_000);
});
