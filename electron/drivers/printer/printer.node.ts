import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { BenchError } from '../../../shared/errors.ts';
import type { PrinterTarget } from '../../../shared/labels.ts';
import type { StartChild } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import { openLine } from '../serial/line.ts';
import type { Printer } from './printer.ts';

const limitMs = 20_000;
/** Bytes a serial line's process takes in one message. */
const pieceBytes = 1_024;

type Deps = {
  clock: Clock;
  /** Starts the process that holds a serial line. */
  startLine: StartChild;
  /** Program that hands a file to the spooler. */
  spooler?: string;
};

/** Printers on the network, on a serial line, or behind the system's spooler (`lp` of CUPS). */
export function createNodePrinter({ clock, startLine, spooler = 'lp' }: Deps): Printer {
  const within = async (work: (signal: AbortSignal) => Promise<void>) => {
    const limit = new AbortController();
    const cancel = clock.after(limitMs, () =>
      limit.abort(refusal('does not answer. See that it is on, connected and has paper.')),
    );
    try {
      await work(limit.signal);
    } finally {
      cancel();
    }
  };
  return {
    print: (target, bytes) =>
      within(signal => {
        switch (target.kind) {
          case 'tcp':
            return sendOverTcp(target, bytes, signal);
          case 'serial':
            return sendOverLine({ clock, start: startLine }, target, bytes);
          case 'spooler':
            return sendToSpooler(spooler, target.queue, bytes, signal);
        }
      }),
  };
}

const refusal = (words: string, cause?: unknown) =>
  new BenchError('printer_unavailable', `The label printer ${words}`, { cause });

function sendOverTcp({ host, port }: PrinterTarget & { kind: 'tcp' }, bytes: Uint8Array, signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port });
  signal.addEventListener('abort', () => {
    reject(signal.reason);
    socket.destroy();
  });
  socket.on('error', error => reject(refusal(`at ${host}:${port} cannot be reached. Check its address.`, error)));
  socket.on('connect', () => socket.end(bytes));
  // Whatever the printer says is read away, or its end would never come.
  socket.resume();
  socket.on('close', failed => {
    if (!failed) resolve();
  });
  return promise;
}

async function sendOverLine(
  { clock, start }: { clock: Clock; start: StartChild },
  { path, baudRate }: PrinterTarget & { kind: 'serial' },
  bytes: Uint8Array,
): Promise<void> {
  const gone = Promise.withResolvers<never>();
  gone.promise.catch(() => {});
  const line = await openLine({
    start,
    clock,
    path,
    baudRate,
    onLine: () => {},
    onGone: why => gone.reject(refusal(`was lost: the line ${why}.`)),
  });
  try {
    const text = Buffer.from(bytes).toString('latin1');
    for (let at = 0; at < text.length; at += pieceBytes) line.write(text.slice(at, at + pieceBytes));
    await Promise.race([line.drain(), gone.promise]);
  } finally {
    await line.close();
  }
}

function sendToSpooler(command: string, queue: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (process.platform === 'win32') {
    reject(refusal('cannot be reached through the spooler on Windows. Give its network address or serial line.'));
    return promise;
  }
  const child = spawn(command, ['-s', '-d', queue, '-o', 'raw', '--', '-'], { stdio: ['pipe', 'ignore', 'ignore'] });
  signal.addEventListener('abort', () => {
    reject(signal.reason);
    child.kill('SIGKILL');
  });
  child.on('error', error => reject(refusal('cannot be reached: this system has no print spooler (lp).', error)));
  child.on('close', code => {
    if (code === 0) resolve();
    else reject(refusal(`was refused by the spooler. See that the queue ${queue} exists and accepts jobs.`));
  });
  // A spooler that leaves early is told by its exit.
  child.stdin.on('error', () => {});
  child.stdin.end(bytes);
  return promise;
}
