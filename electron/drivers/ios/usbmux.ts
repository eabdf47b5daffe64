import { connect, type Socket } from 'node:net';
import { build, type PlistValue, parse } from 'plist';
import { z } from 'zod';

const headerBytes = 16;
const protocolVersion = 1;
const plistMessage = 8;
/** A list of a hundred devices is far below. */
const longestMessage = 1024 * 1024;

const MuxDevice = z.object({
  DeviceID: z.number().int().nonnegative(),
  Properties: z.object({
    ConnectionType: z.string().default('USB'),
    SerialNumber: z.string().regex(/^[0-9A-Za-z-]{8,64}$/),
    LocationID: z.number().int().nonnegative().default(0),
    ProductID: z.number().int().nonnegative().max(0xffff).optional(),
  }),
});
/** A phone as usbmuxd lists it; its `SerialNumber` is the UDID. */
export type MuxDevice = z.infer<typeof MuxDevice>;

const DeviceList = z.object({ DeviceList: z.array(z.unknown()) });
const Result = z.object({ Number: z.number() });

/** Why usbmuxd could not be asked; never an answer about a phone. */
export class MuxFailure extends Error {}

export type MuxAddress = { path: string } | { host: string; port: number };

/** Where usbmuxd listens: as USBMUXD_SOCKET_ADDRESS says (`UNIX:/path` or `host:port`), else where the system has it. */
export function muxAddress(env: Readonly<NodeJS.ProcessEnv>, platform: NodeJS.Platform): MuxAddress {
  const named = env.USBMUXD_SOCKET_ADDRESS ?? '';
  if (/^unix:/i.test(named)) return { path: named.slice('unix:'.length) };
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(named) ?? [];
  if (host !== undefined && port !== undefined) return { host, port: Number(port) };
  return platform === 'win32' ? { host: '127.0.0.1', port: 27_015 } : { path: '/var/run/usbmuxd' };
}

/** One message of usbmux: header in little-endian, then a property list. */
export function muxFrame(message: PlistValue, tag: number): Buffer {
  const body = Buffer.from(build(message));
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(headerBytes + body.length, 0);
  header.writeUInt32LE(protocolVersion, 4);
  header.writeUInt32LE(plistMessage, 8);
  header.writeUInt32LE(tag, 12);
  return Buffer.concat([header, body]);
}

/** Collects bytes into messages; throws a MuxFailure when they are none. */
export function muxSplitter(onMessage: (message: unknown, tag: number) => void): (chunk: Buffer) => void {
  let kept = Buffer.alloc(0);
  return chunk => {
    kept = Buffer.concat([kept, chunk]);
    while (kept.length >= headerBytes) {
      const length = kept.readUInt32LE(0);
      if (length < headerBytes || length > longestMessage) throw new MuxFailure('usbmuxd sent something else');
      if (kept.length < length) return;
      const body = kept.subarray(headerBytes, length);
      const tag = kept.readUInt32LE(12);
      kept = kept.subarray(length);
      onMessage(parseBody(body), tag);
    }
  };
}

function parseBody(body: Buffer): unknown {
  try {
    return parse(body.toString('utf8'));
  } catch {
    throw new MuxFailure('usbmuxd sent something that is no property list');
  }
}

const request = (type: string, more: Record<string, PlistValue> = {}) =>
  muxFrame({ MessageType: type, ClientVersionString: 'bench', ProgName: 'bench', kLibUSBMuxVersion: 3, ...more }, 1);

function converse(
  address: MuxAddress,
  signal: AbortSignal,
  onConnect: (socket: Socket) => void,
  onMessage: (message: unknown, socket: Socket) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect(address);
    const stop = () => socket.destroy();
    let failure: unknown = null;
    const split = muxSplitter(message => onMessage(message, socket));
    signal.addEventListener('abort', stop, { once: true });
    socket.on('connect', () => onConnect(socket));
    socket.on('data', chunk => {
      try {
        split(chunk);
      } catch (error) {
        failure = error;
        socket.destroy();
      }
    });
    socket.on('error', error => {
      failure ??= new MuxFailure(error.message);
    });
    socket.on('close', () => {
      signal.removeEventListener('abort', stop);
      if (signal.aborted) reject(signal.reason);
      else if (failure !== null) reject(failure);
      else resolve();
    });
  });
}

async function ask(address: MuxAddress, frame: Buffer, signal: AbortSignal): Promise<unknown> {
  let answer: { message: unknown } | null = null;
  await converse(
    address,
    signal,
    socket => socket.write(frame),
    (message, socket) => {
      answer ??= { message };
      socket.destroy();
    },
  );
  if (answer === null) throw new MuxFailure('usbmuxd gave no answer');
  return (answer as { message: unknown }).message;
}

/** The phones on cables at this moment; those reached over a network are left out. Rejects with a MuxFailure. */
export async function listMuxDevices(address: MuxAddress, signal: AbortSignal): Promise<MuxDevice[]> {
  const list = DeviceList.safeParse(await ask(address, request('ListDevices'), signal));
  if (!list.success) throw new MuxFailure('usbmuxd did not list its devices');
  return list.data.DeviceList.flatMap(entry => {
    const device = MuxDevice.safeParse(entry);
    return device.success && device.data.Properties.ConnectionType === 'USB' ? [device.data] : [];
  });
}

/** Whether this computer has a pairing with the phone; asks usbmuxd alone, so the phone asks nobody. */
export async function hasPairRecord(address: MuxAddress, udid: string, signal: AbortSignal): Promise<boolean> {
  const answer = await ask(address, request('ReadPairRecord', { PairRecordID: udid }), signal);
  return typeof answer === 'object' && answer !== null && 'PairRecordData' in answer;
}

/** Calls back whenever something comes or goes, until the signal aborts; rejects when usbmuxd goes away or refuses. */
export async function listenMux(address: MuxAddress, signal: AbortSignal, onHint: () => void): Promise<void> {
  let refused = false;
  await converse(
    address,
    signal,
    socket => socket.write(request('Listen')),
    (message, socket) => {
      const result = Result.safeParse(message);
      if (result.success && result.data.Number !== 0) {
        refused = true;
        socket.destroy();
      }
      onHint();
    },
  );
  throw new MuxFailure(refused ? 'usbmuxd refuses to tell what comes and goes' : 'usbmuxd went away');
}
