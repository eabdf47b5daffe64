import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { openAdbSocket } from '../../electron/drivers/android/adb-socket.ts';
import { createNodeClock } from '../../electron/drivers/clock/clock.node.ts';
import { noAndroidPhone } from '../support/android-phone.ts';
import { createAndroidPlace } from '../support/android-place.ts';
import { staff, startStation } from '../support/start-station.ts';
import { heardOf } from './heard.ts';
import { line, summed } from './statistics.ts';

const count = 25;
const run = promisify(execFile);

/** From the moment the adb server lists a phone until the bench has read it, beside what the adb program needs to ask it once. */
export async function benchAttachAndroid(): Promise<string[]> {
  if (noAndroidPhone !== null) return [`not measured: ${noAndroidPhone}`];
  const clock = createNodeClock();
  // The poll of the real bench: what is measured here is that nothing waits for it.
  const place = createAndroidPlace({ pollMs: 1_000 });
  const bench = await startStation({ drivers: { clock, adapters: [place.adapter] } });
  const over = new AbortController();
  try {
    const { technician } = await staff(bench);
    const phone = place.newPhone();
    await place.serverUp();
    const port = place.adapter.serverPort() ?? 0;
    const listed = await trackList(port, over.signal);
    const [asked, identified]: [number[], number[]] = [[], []];
    for (let at = -2; at < count; at++) {
      const read = heardOf(technician, 'ready');
      const seen = listed(() => phone.address());
      await phone.plug({ serial: `X1SERIAL${at + 10}` });
      const seenAt = await seen;
      const tookMs = (await read) - seenAt;
      const startedAt = performance.now();
      await run('adb', ['-P', String(port), '-s', phone.address(), 'shell', 'getprop']);
      if (at >= 0) {
        asked.push(performance.now() - startedAt);
        identified.push(tookMs);
      }
      await phone.pull();
    }
    const floor = summed(asked);
    return [
      line('adb shell getprop by the adb program', floor),
      line('attach to identified, Android', summed(identified), { name: 'getprop', timing: floor, goal: 1.5 }),
    ];
  } finally {
    over.abort();
    await bench.close();
    await place.remove();
  }
}

/** Resolves, for each call, at the time when the server first lists the address as a device that can be talked to. */
async function trackList(port: number, signal: AbortSignal) {
  const socket = await openAdbSocket(port, signal);
  await socket.request('host:track-devices');
  let waiting: { address: () => string; resolve: (at: number) => void } | null = null;
  const follow = async () => {
    for (;;) {
      const list = await socket.readText();
      if (!waiting || !list.includes(`${waiting.address()}\tdevice`)) continue;
      waiting.resolve(performance.now());
      waiting = null;
    }
  };
  follow().catch(() => {});
  return (address: () => string) =>
    new Promise<number>(resolve => {
      waiting = { address, resolve };
    });
}
