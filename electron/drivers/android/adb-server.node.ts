import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { nodeChild } from '../child/child.node.ts';
import { type Clock, sleep } from '../clock/clock.ts';
import { AdbFailure, askAdb, openAdbSocket } from './adb-socket.ts';

const maxLogLineBytes = 16 * 1024;
const startLimitMs = 10_000;
const knockMs = 30;
const askLimitMs = 2_000;

export type AdbServerOptions = {
  /** The `adb` program. */
  command: string;
  clock: Clock;
  /** Added to the environment of the bench. */
  env?: Readonly<Record<string, string>>;
  /** Remembers the port, so that a server left by a bench that was killed is ended before it holds the phones. */
  portFile?: string;
};

export type AdbServer = {
  readonly port: number;
  /** Resolves in words when the server has ended. */
  readonly ended: Promise<string>;
  kill(): void;
};

/** Starts an adb server of our own on a free port of 127.0.0.1, never on that of the user's; resolves once it answers. */
export async function startAdbServer(options: AdbServerOptions, signal: AbortSignal): Promise<AdbServer> {
  const { command, clock, portFile, env } = options;
  if (portFile !== undefined) await endLeftOver(portFile);
  const port = await freePort();
  const ended = Promise.withResolvers<string>();
  let over = false;
  const child = nodeChild({
    command,
    args: ['-L', `tcp:localhost:${port}`, 'nodaemon', 'server'],
    // Emulators are found by knocking at ports of this computer, which are none of the bench's business.
    env: { ADB_LOCAL_TRANSPORT_MAX_PORT: '0', ADB_MDNS_AUTO_CONNECT: '0', ...env },
    maxLineBytes: maxLogLineBytes,
  })({
    onLine: () => {},
    onEnd(why) {
      over = true;
      ended.resolve(why);
    },
  });
  try {
    const startMs = Number(clock.monotonicNs() / 1_000_000n);
    for (;;) {
      signal.throwIfAborted();
      if (over) throw new AdbFailure('unreachable', `the adb server ${await ended.promise}`);
      if (await answers(port, signal)) break;
      if (Number(clock.monotonicNs() / 1_000_000n) - startMs > startLimitMs)
        throw new AdbFailure('timeout', 'the adb server does not answer');
      await sleep(clock, knockMs, signal);
    }
    if (portFile !== undefined) await writeFile(portFile, String(port)).catch(() => {});
  } catch (error) {
    child.kill();
    throw error;
  }
  return { port, ended: ended.promise, kill: child.kill };
}

async function answers(port: number, signal: AbortSignal): Promise<boolean> {
  try {
    return /^[0-9a-f]{4}$/.test(await askAdb(port, 'host:version', limited(signal)));
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function limited(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(askLimitMs)]);
}

async function endLeftOver(portFile: string): Promise<void> {
  const never = new AbortController().signal;
  const port = Number(await readFile(portFile, 'utf8').catch(() => ''));
  if (!Number.isInteger(port) || port < 1 || port > 65_535 || !(await answers(port, never))) return;
  try {
    const socket = await openAdbSocket(port, limited(never));
    await socket.request('host:kill').finally(socket.close);
  } catch {
    // It may end before it has answered.
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new AdbFailure('unreachable', 'no free port'));
      });
    });
  });
}
