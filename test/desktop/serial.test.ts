import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Device } from '../../shared/devices.ts';
import { setUp } from '../e2e/support/acts.ts';
import { createSerialLine, noSerialLines } from '../support/serial-line.ts';
import { builtApplication } from './support/app-folder.ts';
import { eventually } from './support/eventually.ts';
import { type BenchWindow, missingForDesktop, type Started, startApp } from './support/launch.ts';

const missing = missingForDesktop() ?? noSerialLines;
const name = 'a phone on a real serial line of the desktop application';

describe.skipIf(missing !== null)(
  missing === null ? name : `${name} (skipped: ${missing})`,
  { timeout: 60_000 },
  () => {
    const line = createSerialLine();
    let started: Started;
    beforeAll(async () => {
      await line.plug();
      started = await startApp(await builtApplication(), { args: ['--training', '--phones=0', '--serial', line.path] });
    }, 60_000);
    afterAll(async () => {
      await started?.app.close();
      await line.remove();
    });

    test('is read through a helper process, and gone when it is pulled', async () => {
      const { page } = started;
      await setUp(page);
      const devices = async () => {
        const reply = await page.evaluate(() => (window as BenchWindow).bench.call('devices.list', undefined));
        return reply.ok ? (reply.value as Device[]) : [];
      };
      const stateOf = async () => (await devices()).find(device => device.portPath === line.path)?.state;
      await eventually(stateOf).toBe('ready');
      expect(await devices()).toMatchObject([{ manufacturer: { value: 'ACME' }, imeiFlag: 'valid' }]);
      await line.pull();
      await eventually(stateOf).not.toBe('ready');
    });
  },
);
