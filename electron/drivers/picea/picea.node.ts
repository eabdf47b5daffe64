import { BenchError } from '../../../shared/errors.ts';
import { nodeChild } from '../child/child.node.ts';
import type { Child } from '../child/child.ts';
import type { Clock } from '../clock/clock.ts';
import type { EraseProgress, EraseResult, Picea, PiceaInfo } from './picea.ts';
import { eraseResultFrom, HostEvent, type HostRequest, maxLineBytes } from './protocol.ts';

const infoLimitMs = 15_000;

export type PiceaHostOptions = {
  /** The vendor's SDK host, or a bridge to it. Started at the first call and again after it has ended. */
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  clock: Clock;
  /** Told when the host ends, with the tail of its stderr. */
  log?(line: Record<string, unknown>): void;
};

type Waiting = { reject(error: unknown): void } & (
  | { kind: 'info'; resolve(info: PiceaInfo): void }
  | { kind: 'erase'; resolve(result: EraseResult): void; onProgress(progress: EraseProgress): void }
);

/** One run of the host process and what is asked of it. */
type Host = {
  readonly usable: boolean;
  ask(op: string, request: HostRequest, waiting: Waiting): void;
  /** Stops waiting for `op`; whatever the host still says about it is ignored. */
  drop(op: string, request?: HostRequest): void;
  kill(why: string): void;
  readonly ended: Promise<void>;
};

const stopped = (why: string) =>
  new BenchError(
    'tool_unavailable',
    `The erasure tool ${why}. What it did to devices under way is unknown: check each of them, then start again.`,
  );

/** The host's own words may name a device, so only its code is shown. */
const refused = (code: string, words: string) =>
  new BenchError('tool_unavailable', `The erasure tool refused (${code}). Look into its own log or licence.`, {
    cause: words,
  });

function parseEvent(line: string): HostEvent | null {
  try {
    return HostEvent.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

function startHost(options: PiceaHostOptions): Host {
  const waiting = new Map<string, Waiting>();
  const dropped = new Set<string>();
  const ended = Promise.withResolvers<void>();
  let end: string | null = null;

  const finish = (why: string) => {
    end ??= why;
    const error = stopped(end);
    const rejected = [...waiting.values()];
    waiting.clear();
    for (const { reject } of rejected) reject(error);
  };
  const kill = (why: string) => {
    finish(why);
    child.kill();
  };
  const drop = (op: string) => {
    waiting.delete(op);
    dropped.add(op);
  };

  const progress = (op: string, wait: Waiting & { kind: 'erase' }, told: EraseProgress) => {
    try {
      wait.onProgress(told);
    } catch (error) {
      drop(op);
      child.send(JSON.stringify({ type: 'cancel', op } satisfies HostRequest));
      wait.reject(error);
    }
  };
  /** False when the event does not fit what was asked. */
  const route = (event: HostEvent, wait: Waiting, line: string): boolean => {
    const { op } = event;
    if (event.type === 'error') {
      drop(op);
      wait.reject(refused(event.code, event.message));
    } else if (wait.kind === 'info') {
      if (event.type !== 'info') return false;
      drop(op);
      wait.resolve({ product: event.product, version: event.version });
    } else if (event.type === 'progress') {
      progress(op, wait, { kind: 'progress', percent: event.percent, phase: event.phase });
    } else if (event.type === 'reboot') {
      progress(op, wait, { kind: 'reboot', windowMs: event.windowMs });
    } else if (event.type === 'result') {
      drop(op);
      wait.resolve(eraseResultFrom(event, line));
    } else return false;
    return true;
  };

  const child: Child = nodeChild({ ...options, maxLineBytes })({
    onLine(line) {
      if (end !== null) return;
      const event = parseEvent(line);
      if (!event) return kill('printed something that is not of its protocol');
      const wait = waiting.get(event.op);
      if (!wait && dropped.has(event.op)) return;
      if (!wait) return kill('answered an operation that nobody asked for');
      if (!route(event, wait, line)) kill('gave an answer that does not fit the question');
    },
    onEnd(why, stderr) {
      finish(why);
      options.log?.({ level: 'warn', event: 'picea.host_ended', why: end, stderr });
      ended.resolve();
    },
  });

  return {
    get usable() {
      return end === null;
    },
    ask(op, request, wait) {
      waiting.set(op, wait);
      child.send(JSON.stringify(request));
    },
    drop(op, request) {
      drop(op);
      if (request) child.send(JSON.stringify(request));
    },
    kill,
    ended: ended.promise,
  };
}

/** The erasure tool in a process of its own, speaking JSON lines (protocol.ts). */
export function createPiceaHost(options: PiceaHostOptions): Picea {
  let host: Host | null = null;
  let closed = false;
  let operations = 0;

  const running = (): Host => {
    if (closed) throw new BenchError('tool_unavailable', 'The erasure tool was closed.');
    if (!host?.usable) host = startHost(options);
    return host;
  };

  return {
    info: () =>
      new Promise((resolve, reject) => {
        const at = running();
        const op = `info-${++operations}`;
        const cancel = options.clock.after(infoLimitMs, () => {
          at.drop(op);
          reject(new BenchError('tool_unavailable', 'The erasure tool does not answer. Restart it and try again.'));
        });
        const settled =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            cancel();
            then(value);
          };
        at.ask(op, { type: 'info', op }, { kind: 'info', resolve: settled(resolve), reject: settled(reject) });
      }),

    erase: (target, { onProgress, signal }) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const at = running();
        const op = `erase-${++operations}`;
        const cancel = () => {
          at.drop(op, { type: 'cancel', op });
          reject(signal.reason);
        };
        const settled =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            signal.removeEventListener('abort', cancel);
            then(value);
          };
        signal.addEventListener('abort', cancel, { once: true });
        const { portPath, identifiers } = target;
        const request: HostRequest = { type: 'erase', op, target: { portPath, identifiers } };
        at.ask(op, request, { kind: 'erase', resolve: settled(resolve), reject: settled(reject), onProgress });
      }),

    async close() {
      closed = true;
      const last = host;
      host = null;
      last?.kill('was closed');
      await last?.ended;
    },
  };
}
