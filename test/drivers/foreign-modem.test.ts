import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import type { Sighting } from '../../electron/drivers/devices/adapter.ts';
import { createAtEngine } from '../../electron/drivers/serial/at-engine.ts';
import { openLine } from '../../electron/drivers/serial/line.ts';
import { createSerialAdapter, serialLineChild } from '../../electron/drivers/serial/serial.node.ts';
import { noForeignModem, startForeignModem } from '../support/foreign-modem.ts';
import { until } from '../support/until.ts';

const title = 'an AT interpreter that others wrote (spandsp, by iaxmodem)';
const never = new AbortController().signal;

describe.skipIf(noForeignModem)(noForeignModem === null ? title : `${title} (skipped: ${noForeignModem})`, () => {
  let modem = { path: '', stop: async () => {} };
  beforeAll(async () => {
    modem = await startForeignModem();
  });
  afterAll(() => modem.stop());

  test('is brought to a clean line and its answers go to the right questions', async () => {
    const clock = createNodeClock();
    let write = (_text: string) => {};
    const engine = createAtEngine({ clock, write: text => write(text) });
    const line = await openLine({
      start: serialLineChild(),
      clock,
      path: modem.path,
      baudRate: 115_200,
      onLine: engine.receive,
      onGone: () => {},
    });
    write = line.write;
    expect(await engine.synchronise({ limitMs: 10_000, silenceLimitMs: 5_000, signal: never })).toBe(true);
    const ask = (command: string) => engine.command(command, 3_000, never);
    expect(await ask('ATE0')).toEqual({ kind: 'ok', lines: [] });
    expect(await ask('ATI0')).toEqual({ kind: 'ok', lines: ['spandsp'] });
    expect(await ask('ATI3')).toEqual({ kind: 'ok', lines: ['www.soft-switch.org'] });
    expect(await ask('AT+CGMI')).toEqual({ kind: 'error', final: 'ERROR' });
    expect(await ask('AT+GMI')).toEqual({ kind: 'ok', lines: [] });
    await line.close();
  });

  test('tells nothing of itself, and nothing is made up for it', async () => {
    const adapter = createSerialAdapter({ paths: [modem.path], clock: createNodeClock(), scanMs: 20 });
    let seen: Sighting[] = [];
    adapter.watch(sightings => {
      seen = sightings;
    }, never);
    await until(() => seen.some(s => s.trouble === undefined), 'the line is seen');
    const [sighting] = seen;
    if (!sighting) throw new Error('no sighting');
    const session = await adapter.open(sighting, never);
    const read = await session.identify({ timeoutMs: 20_000, signal: never });
    expect(read.identifiers).toEqual({ serial: null, imei: [], meid: null, eid: null });
    const facts = [read.manufacturer, read.model, read.revision, read.batteryLevel];
    expect(facts).toEqual(facts.map(() => ({ ok: false, why: 'unsupported' })));
    await adapter.close();
  });
});
