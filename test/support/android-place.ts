import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AndroidOptions, createAndroidAdapter } from '../../electron/drivers/android/android.node.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createAndroidPhone, type PhoneScript } from './android-phone.ts';
import { until } from './until.ts';

/** An adapter on an adb server of its own, with keys of its own, and places for phones that plug in there. */
export function createAndroidPlace(options: Partial<AndroidOptions> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'android-home-'));
  const logged: Record<string, unknown>[] = [];
  const adapter = createAndroidAdapter({
    command: 'adb',
    clock: createNodeClock(),
    pollMs: 100,
    env: { HOME: home },
    log: line => logged.push(line),
    ...options,
  });
  const phones: ReturnType<typeof createAndroidPhone>[] = [];
  const serverUp = () => until(() => adapter.serverPort() !== null, 'the adb server answers');
  return {
    adapter,
    logged,
    serverUp,
    newPhone() {
      const phone = createAndroidPhone(adapter.serverPort);
      phones.push(phone);
      return {
        ...phone,
        async plug(script: PhoneScript = {}) {
          await serverUp();
          await phone.plug(script);
        },
      };
    },
    async remove(): Promise<void> {
      await adapter.close();
      for (const phone of phones) await phone.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
