import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Protocol } from '../../../node_modules/playwright-core/types/protocol.d.ts';

type Command = keyof Protocol.CommandParameters;
type ProtocolEvent = keyof Protocol.EventMap;
type Incoming = {
  id?: number;
  method?: string;
  params?: unknown;
  sessionId?: string;
  result?: unknown;
  error?: { message: string };
};

/** Chromium spoken to over its debugging pipe: it ends with this process and needs no port. */
export type Chromium = {
  /** Rejects with the protocol's message, or with "browser closed". Without a session it goes to the browser itself. */
  send<C extends Command>(
    command: C,
    parameters?: Protocol.CommandParameters[C],
    session?: string,
  ): Promise<Protocol.CommandReturnValues[C]>;
  on<E extends ProtocolEvent>(session: string, event: E, listener: (payload: Protocol.EventMap[E][0]) => void): void;
  onGone(listener: () => void): void;
  /** Asks it to close, kills it when it has not after three seconds, and resolves when it is gone. */
  close(): Promise<void>;
  kill(): void;
};

export const chromiumPath = () => process.env.HARNESS_CHROMIUM ?? '/usr/bin/chromium';

const switches = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--disable-popup-blocking',
  '--metrics-recording-only',
  // Otherwise the first window is a blank tab that no BrowserWindow made.
  '--no-startup-window',
  '--remote-debugging-pipe',
];

export function createChromium(profileDir: string, extraSwitches: readonly string[]): Chromium {
  const child = spawn(
    chromiumPath(),
    [
      ...switches,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      `--user-data-dir=${profileDir}`,
      ...extraSwitches,
    ],
    { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'] },
  );
  const emitter = new EventEmitter().setMaxListeners(0);
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void; command: string }>();
  let lastId = 0;

  const receive = (message: Incoming) => {
    if (message.id === undefined) {
      emitter.emit(`${message.sessionId ?? ''}:${message.method}`, message.params);
      return;
    }
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error) asked?.reject(new Error(`${asked.command}: ${message.error.message}`));
    else asked?.resolve(message.result);
  };

  relayErrors(child);
  const commands = child.stdio[3] as Writable;
  commands.on('error', () => {});
  readMessages(child.stdio[4] as Readable, receive);
  const gone = new Promise<void>(resolve => {
    child.on('exit', () => {
      for (const asked of waiting.values()) asked.reject(new Error('browser closed'));
      waiting.clear();
      emitter.emit('gone');
      resolve();
    });
  });

  const send = <C extends Command>(command: C, parameters?: Protocol.CommandParameters[C], session?: string) => {
    const id = ++lastId;
    commands.write(`${JSON.stringify({ id, method: command, params: parameters ?? {}, sessionId: session })}\0`);
    return new Promise<Protocol.CommandReturnValues[C]>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, command });
    });
  };

  return {
    send,
    on: (session, event, listener) => void emitter.on(`${session}:${event}`, listener),
    onGone: listener => void emitter.on('gone', listener),
    async close() {
      const overdue = setTimeout(() => child.kill('SIGKILL'), 3_000);
      send('Browser.close').catch(() => {});
      await gone;
      clearTimeout(overdue);
    },
    kill: () => void child.kill('SIGKILL'),
  };
}

/** Passes on the line by which Playwright finds the browser; all of it when HARNESS_VERBOSE is set. */
function relayErrors(child: ChildProcess) {
  child.stderr?.on('data', (chunk: Buffer) => {
    for (const line of String(chunk).split('\n')) {
      if (line.startsWith('DevTools listening') || process.env.HARNESS_VERBOSE) process.stderr.write(`${line}\n`);
    }
  });
}

function readMessages(stream: Readable, receive: (message: Incoming) => void) {
  let pieces: string[] = [];
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = chunk.split('\0');
    const rest = parts.pop() ?? '';
    for (const part of parts) {
      receive(JSON.parse(pieces.join('') + part) as Incoming);
      pieces = [];
    }
    pieces.push(rest);
  });
}
