import { rmSync, writeFileSync } from 'node:fs';
import { SerialPort } from 'serialport';
import { afterEach, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { Sighting } from '../../electron/drivers/devices/adapter.ts';
import { createSerialAdapter, type SerialOptions } from '../../electron/drivers/serial/serial.node.ts';
import type { ModemScript } from '../peers/modem.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { until } from '../support/until.ts';

const title = noSerialLines === null ? 'serial line' : `serial line (skipped: ${noSerialLines})`;
const never = new AbortController().signal;
const imei = String(490_154_203_237_518);

const ending: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

describe.skipIf(noSerialLines)(title, () => {
  const start = async (script: ModemScript | null, options: Partial<SerialOptions> = {}) => {
    const line = createSerialLine();
    ending.push(line.remove);
    if (script) await line.plug(script);
    const adapter = createSerialAdapter({ paths: [line.path], clock: createNodeClock(), scanMs: 20, ...options });
    ending.push(adapter.close);
    let list: Sighting[] = [];
    adapter.watch(sightings => {
      list = sightings;
    }, never);
    const present = async (wanted: (sighting: Sighting) => boolean = s => s.trouble === undefined) => {
      await until(() => list.some(wanted), 'a fitting sighting');
      const found = list.find(wanted);
      if (!found) throw new Error('no sighting');
      return found;
    };
    const open = async () => {
      const session = await adapter.open(await present(), never);
      ending.push(session.close);
      return session;
    };
    const identify = async (timeoutMs = 20_000) => (await open()).identify({ timeoutMs, signal: never });
    return { line, adapter, present, open, identify };
  };

  test.each<[string, ModemScript]>([
    ['with echo', { echo: true }],
    ['without echo', { echo: false }],
    ['slowly', { delayMs: 120 }],
    ['byte by byte', { dribble: true }],
    ['with unsolicited lines between', { chatty: true }],
    ['deaf to the first characters', { deafFor: 2 }],
  ])('a phone that answers %s is read', async (_how, script) => {
    const { identify, line, present } = await start(script);
    expect(await identify()).toMatchObject({
      identifiers: { imei: [imei], serial: null, meid: null, eid: null },
      manufacturer: { ok: true, value: 'ACME', source: 'AT+CGMI' },
      model: { ok: true, value: 'Phone X', raw: '+CGMM: "Phone X"' },
      revision: { ok: true, value: 'Revision:1.2.3' },
      batteryLevel: { ok: true, value: 87 },
      setupState: { ok: false, why: 'unsupported' },
      accounts: { ok: false, why: 'unsupported' },
    });
    expect(await present()).toMatchObject({ adapter: 'serial', portPath: line.path, presence: 'present' });
  });

  test('bare results and errors are facts not known, and the older commands are tried', async () => {
    const answers = { 'AT+CGMI': null, 'AT+GMI': ['Old maker'], 'AT+CGMM': [], 'AT+CBC': null };
    const { identify } = await start({ answers });
    expect(await identify()).toMatchObject({
      manufacturer: { ok: true, value: 'Old maker', source: 'AT+GMI' },
      model: { ok: false, why: 'unsupported' },
      batteryLevel: { ok: false, why: 'unsupported' },
    });
  });

  test('garbage in an answer makes a value malformed and no other value wrong', async () => {
    const noise = { 'AT+CGMM': Buffer.from([0xff, 0x80, 0x00, 0x07, 0x0d, 0x0a]).toString('base64') };
    const { identify } = await start({ noise });
    expect(await identify()).toMatchObject({
      identifiers: { imei: [imei] },
      model: { ok: false, why: 'malformed' },
      revision: { ok: true, value: 'Revision:1.2.3' },
    });
  });

  test('a line without end is dropped at its cap and the rest is read', async () => {
    const flood = Buffer.from(`${'x'.repeat(20_000)}\r\n`).toString('base64');
    const { identify } = await start({ noise: { 'AT+CGMI': flood } });
    expect(await identify()).toMatchObject({
      identifiers: { imei: [imei] },
      manufacturer: { ok: false, why: 'malformed' },
      model: { ok: true, value: 'Phone X' },
    });
  });

  test('a phone that never stops talking is silent in words, and lets go of the line', async () => {
    const { open, line, present, identify } = await start({ floods: true });
    const session = await open();
    await expect(session.identify({ timeoutMs: 4_000, signal: never })).rejects.toMatchObject({
      code: 'device_silent',
    });
    await session.close();
    await line.plug();
    await present(s => s.trouble === undefined && s.epoch !== session.epoch);
    expect(await identify()).toMatchObject({ identifiers: { imei: [imei] } });
  });

  test('an answer that comes after its time is no value of the next command', async () => {
    const { identify } = await start({ lateMs: { 'AT+CGMR': 3_600 } });
    expect(await identify()).toMatchObject({
      identifiers: { imei: [imei], serial: null },
      model: { value: 'Phone X' },
      revision: { value: 'Revision:1.2.3', source: 'AT+CGMR' },
      batteryLevel: { ok: true, value: 87 },
    });
  });

  test('a phone that hangs up in mid-answer is gone, and what is plugged in next is another epoch', async () => {
    const { line, open, present } = await start({ hangUpAt: 'AT+CGSN' });
    const session = await open();
    const read = session.identify({ timeoutMs: 20_000, signal: never });
    await expect(read).rejects.toMatchObject({ code: 'device_lost' });
    expect(await session.gone).toMatch(/hung up|not there/);
    await line.plug();
    const next = await present(s => s.trouble === undefined && s.epoch !== session.epoch);
    expect(next.portPath).toBe(line.path);
  });

  test('a line that does not exist is trouble in words, until it is there', async () => {
    const { line, adapter, present, identify } = await start(null);
    const missing = await present(s => s.trouble !== undefined);
    expect(missing.trouble).toContain('does not exist');
    await expect(adapter.open(missing, never)).rejects.toMatchObject({ code: 'port_unavailable' });
    await line.plug();
    expect((await present()).epoch).not.toBe(missing.epoch);
    expect(await identify()).toMatchObject({ identifiers: { imei: [imei] } });
  });

  test('a line that another program holds is trouble, and is read once it is free', { timeout: 15_000 }, async () => {
    const { line, adapter, present, identify } = await start({});
    const holder = new SerialPort({ path: line.path, baudRate: 115_200, autoOpen: false });
    await new Promise<void>((resolve, reject) => holder.open(error => (error ? reject(error) : resolve())));
    const refused = await adapter.open(await present(), never).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'port_unavailable', message: expect.stringContaining('another program') });
    expect((await present(s => s.trouble !== undefined)).trouble).toContain('in use by another program');
    await new Promise(resolve => holder.close(resolve));
    expect(await identify()).toMatchObject({ identifiers: { imei: [imei] } });
  });

  test('a path that is no serial line is trouble and nothing worse', async () => {
    const { line, adapter, present } = await start(null);
    writeFileSync(line.path, 'a file');
    ending.push(async () => rmSync(line.path, { force: true }));
    const refused = await adapter.open(await present(), never).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'port_unavailable', message: expect.stringContaining(line.path) });
    expect((await present(s => s.trouble !== undefined)).presence).toBe('offline');
  });

  test('two lines are two devices', async () => {
    const other = createSerialLine();
    ending.push(other.remove);
    await other.plug({ answers: { 'AT+CGMI': ['Other maker'] } });
    const line = createSerialLine();
    ending.push(line.remove);
    await line.plug();
    const adapter = createSerialAdapter({ paths: [line.path, other.path], clock: createNodeClock(), scanMs: 20 });
    ending.push(adapter.close);
    let seen: Sighting[] = [];
    adapter.watch(sightings => {
      seen = sightings;
    }, never);
    await until(() => seen.filter(s => s.trouble === undefined).length === 2, 'both lines are seen');
    const sessions = await Promise.all(seen.map(sighting => adapter.open(sighting, never)));
    const reads = await Promise.all(sessions.map(s => s.identify({ timeoutMs: 20_000, signal: never })));
    expect(reads.map(r => r.manufacturer)).toMatchObject([{ value: 'ACME' }, { value: 'Other maker' }]);
  });
});
