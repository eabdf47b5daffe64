import { AdbFailure, type AdbSocket, openAdbSocket } from './adb-socket.ts';

/** One command line for the shell of a device, with what it may cost. */
export type ShellRun = {
  port: number;
  transportId: string;
  command: string;
  /** Output above this ends the run as `too_much`. */
  maxBytes: number;
  /** Ends the run with its reason. */
  signal: AbortSignal;
  /** Called with all output so far whenever there is more. */
  onOutput?: (output: string) => void;
};

const frameHeadBytes = 5;
const stdout = 1;
const stderr = 2;
const exit = 3;

/**
 * Runs a command on a device with stdout and stderr apart where the device can (Android 7 and newer), and returns what
 * it printed to stdout. Rejects as `lost` when the connection ended before the command did.
 */
export async function runShell(run: ShellRun): Promise<string> {
  const { port, transportId, command, signal } = run;
  try {
    return await readFrames(await openService(port, transportId, `shell,v2,raw:${command}`, signal), run);
  } catch (error) {
    if (!(error instanceof AdbFailure) || error.kind !== 'refused') throw error;
    return readPlain(await openService(port, transportId, `shell:${command}; echo ${plainEnd}`, signal), run);
  }
}

const plainEnd = 'bench-end-of-output';

async function openService(port: number, transportId: string, service: string, signal: AbortSignal) {
  const socket = await openAdbSocket(port, signal);
  try {
    await socket.request(`host:transport-id:${transportId}`);
    await socket.request(service);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

function collector({ maxBytes, onOutput }: ShellRun) {
  const parts: Buffer[] = [];
  let sizeBytes = 0;
  const text = () => Buffer.concat(parts).toString('utf8');
  return {
    text,
    take(part: Buffer) {
      sizeBytes += part.length;
      if (sizeBytes > maxBytes) throw new AdbFailure('too_much', `more than ${maxBytes} bytes of output`);
      parts.push(part);
      onOutput?.(text());
    },
  };
}

async function readFrames(socket: AdbSocket, run: ShellRun): Promise<string> {
  const output = collector(run);
  try {
    for (;;) {
      const head = await socket.read(frameHeadBytes);
      const lengthBytes = head.readUInt32LE(1);
      if (lengthBytes > run.maxBytes) throw new AdbFailure('too_much', `a frame of ${lengthBytes} bytes`);
      const body = await socket.read(lengthBytes);
      if (head[0] === stdout) output.take(body);
      else if (head[0] === exit) return output.text();
      else if (head[0] !== stderr) throw new AdbFailure('refused', 'an unknown frame');
    }
  } finally {
    socket.close();
  }
}

/** Without frames the end of the command cannot be told from that of the cable but by a last line of ours. */
async function readPlain(socket: AdbSocket, run: ShellRun): Promise<string> {
  const output = collector(run);
  try {
    for (let part = await socket.readSome(); part; part = await socket.readSome()) output.take(part);
    const text = output.text().replaceAll('\r\n', '\n');
    if (!text.endsWith(`${plainEnd}\n`)) throw new AdbFailure('lost', 'the output ended early');
    return text.slice(0, -plainEnd.length - 1);
  } finally {
    socket.close();
  }
}
