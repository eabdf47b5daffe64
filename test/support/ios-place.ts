import { execFile, execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'plist';
import { z } from 'zod';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { createIosAdapter, type IosOptions } from '../../electron/drivers/ios/ios.node.ts';
import type { DeviceKey } from '../peers/usbmuxd/lockdown.ts';
import { firstUdid, type PhoneScript } from '../peers/usbmuxd/phone.ts';
import { createUsbmuxd, type Pairing } from '../peers/usbmuxd/usbmuxd.ts';
import { haveTool } from './tools.ts';

const tools = ['idevice_id', 'ideviceinfo', 'idevicepair', 'idevicediagnostics', 'openssl'];
const missing = tools.filter(tool => !haveTool(tool));

/** Why no phone of Apple's protocol can be had here; null when one can. */
export const noIosPhone = missing.length === 0 ? null : `${missing.join(', ')} not installed`;

export const muxEnvironment = (path: string) => ({ ...process.env, USBMUXD_SOCKET_ADDRESS: `UNIX:${path}` });

function makeDeviceKey(): DeviceKey {
  const folder = mkdtempSync(join(tmpdir(), 'ios-key-'));
  const file = join(folder, 'key.pem');
  const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=phone', '-days', '30', '-keyout', file];
  const certificate = execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const key = execFileSync('openssl', ['pkey', '-in', file], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  const publicKey = createPublicKey(createPrivateKey(key)).export({ type: 'pkcs1', format: 'pem' }).toString();
  return { key, certificate, publicKey };
}

/** A key of phones and a pairing made by the real `idevicepair`, to be used by many places. */
export async function pairForReal(): Promise<{ key: DeviceKey; pairing: Pairing }> {
  const key = makeDeviceKey();
  const folder = mkdtempSync(join(tmpdir(), 'ios-pair-'));
  const mux = createUsbmuxd(join(folder, 'usbmuxd'), key);
  await mux.start();
  try {
    mux.plug();
    await promisify(execFile)('idevicepair', ['-u', firstUdid, 'pair'], {
      env: muxEnvironment(mux.path),
      timeout: 20_000,
    });
    const record = mux.records.get(firstUdid);
    if (!record) throw new Error('no pairing was saved');
    const binary = Buffer.from(record).subarray(0, 6).toString('latin1') === 'bplist';
    const { HostID } = z
      .looseObject({ HostID: z.string() })
      .parse(parse(binary ? record : Buffer.from(record).toString('utf8')));
    return { key, pairing: { record, hostId: HostID } };
  } finally {
    await mux.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An adapter with a usbmuxd of its own and phones that plug in there. */
export function createIosPlace(
  { key, pairing }: { key: DeviceKey; pairing: Pairing },
  options: Partial<IosOptions> = {},
) {
  const folder = mkdtempSync(join(tmpdir(), 'ios-place-'));
  const mux = createUsbmuxd(join(folder, 'usbmuxd'), key);
  const started = mux.start();
  const logged: Record<string, unknown>[] = [];
  const adapter = createIosAdapter({
    clock: createNodeClock(),
    log: line => logged.push(line),
    env: muxEnvironment(mux.path),
    platform: process.platform,
    pollMs: 100,
    usbFolder: join(folder, 'usb'),
    ...options,
  });
  return {
    adapter,
    mux,
    logged,
    udid: firstUdid,
    usbFolder: join(folder, 'usb'),
    async plug(script: PhoneScript = {}) {
      await started;
      return mux.plug(script, script.trust === 'none' ? null : pairing);
    },
    async remove(): Promise<void> {
      await started;
      await adapter.close();
      await mux.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
