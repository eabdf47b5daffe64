import { connect } from 'node:net';

/** How a conversation with the adb server failed; `message` may quote the server and stays in logs and tests. */
export type AdbFailureKind = 'unreachable' | 'refused' | 'lost' | 'too_much' | 'timeout';

export class AdbFailure extends Error {
  readonly kind: AdbFailureKind;
  constructor(kind: AdbFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AdbFailure';
    this.kind = kind;
  }
}

const host = '127.0.0.1';

/** One connection to an adb server. Bytes wait in the system until they are read, so a flood costs no memory. */
export type AdbSocket = {
  /** Sends a request and waits for OKAY; rejects as `refused` with the server's words. */
  request(service: string): Promise<void>;
  /** Exactly so many bytes; rejects as `lost` when fewer come. */
  read(bytes: number): Promise<Buffer>;
  /** What is there, at least one byte; null at the end. */
  readSome(): Promise<Buffer | null>;
  /** A text that is preceded by its length in four hexadecimal digits. */
  readText(): Promise<string>;
  close(): void;
};

/** Connects to the adb server at this port of 127.0.0.1. The signal ends everything with its reason. */
export async function openAdbSocket(port: number, signal: AbortSignal): Promise<AdbSocket> {
  signal.throwIfAborted();
  const socket = connect({ host, port });
  let over: Error | null = null;
  let wake = () => {};
  const end = (error: Error) => {
    over ??= error;
    socket.destroy();
    wake();
  };
  const abort = () => end(signal.reason instanceof Error ? signal.reason : new AdbFailure('lost', 'stopped'));
  signal.addEventListener('abort', abort, { once: true });
  socket.setNoDelay(true);
  socket.on('readable', () => wake());
  socket.on('end', () => wake());
  socket.on('error', cause => end(new AdbFailure('lost', 'the connection to the adb server broke', { cause })));
  socket.on('close', () => {
    signal.removeEventListener('abort', abort);
    over ??= new AdbFailure('lost', 'the adb server ended the connection');
    wake();
  });
  const changed = () =>
    new Promise<void>(resolve => {
      wake = resolve;
    });

  await new Promise<void>(resolve => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  if (signal.aborted) throw signal.reason;
  if (over) throw new AdbFailure('unreachable', 'no adb server answers', { cause: over });

  const readSome = async (): Promise<Buffer | null> => {
    for (;;) {
      const chunk: Buffer | null = socket.read();
      if (chunk) return chunk;
      if (signal.aborted) throw signal.reason;
      if (socket.readableEnded || over) return null;
      await changed();
    }
  };
  const read = async (bytes: number): Promise<Buffer> => {
    if (bytes === 0) return Buffer.alloc(0);
    for (;;) {
      const chunk: Buffer | null = socket.read(bytes);
      if (chunk?.length === bytes) return chunk;
      if (signal.aborted) throw signal.reason;
      if (chunk || socket.readableEnded || over) throw over ?? new AdbFailure('lost', 'the connection ended early');
      await changed();
    }
  };
  const readText = async () => {
    const length = Number.parseInt((await read(4)).toString('latin1'), 16);
    if (!Number.isInteger(length)) throw new AdbFailure('refused', 'that is no adb server');
    return (await read(length)).toString('utf8');
  };

  return {
    async request(service) {
      const bytes = Buffer.from(service);
      socket.write(Buffer.concat([Buffer.from(bytes.length.toString(16).padStart(4, '0')), bytes]));
      const status = (await read(4)).toString('latin1');
      if (status === 'OKAY') return;
      throw new AdbFailure('refused', status === 'FAIL' ? await readText() : 'that is no adb server');
    },
    read,
    readSome,
    readText,
    close() {
      socket.destroy();
    },
  };
}

/** Asks the adb server one thing and returns its answer. */
export async function askAdb(port: number, service: string, signal: AbortSignal): Promise<string> {
  const socket = await openAdbSocket(port, signal);
  try {
    await socket.request(service);
    return await socket.readText();
  } finally {
    socket.close();
  }
}
