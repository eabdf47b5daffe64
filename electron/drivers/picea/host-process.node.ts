import { BenchError } from '../../../shared/errors.ts';
import { nodeChild } from '../child/child.node.ts';
import type { Child } from '../child/child.ts';
import { HostEvent, type HostRequest, maxLineBytes } from './protocol.ts';
import { refusal } from './refusals.ts';

export type HostProcessOptions = {
  /** The vendor's SDK host, or a bridge to it. */
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** Told when the host ends, with the tail of its stderr. */
  log?(line: Record<string, unknown>): void;
};

/** Who waits for the answers to one operation. */
export type Waiting = {
  reject(error: unknown): void;
  /**
   * Takes one event of the operation: `more` when others follow, `done` when this was the last, `unfit` when it does not
   * answer what was asked. What it throws ends the operation as if it were cancelled.
   */
  take(event: HostEvent, line: string): 'more' | 'done' | 'unfit';
};

/** One run of the host process and what is asked of it. */
export type HostProcess = {
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

function parseEvent(line: string): HostEvent | null {
  try {
    return HostEvent.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Starts the host. Never throws: one that cannot be started rejects what is asked of it. */
export function startHostProcess(options: HostProcessOptions): HostProcess {
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
  const drop = (op: string, request?: HostRequest) => {
    waiting.delete(op);
    dropped.add(op);
    if (request) child.send(JSON.stringify(request));
  };

  const route = (event: HostEvent, wait: Waiting, line: string) => {
    const { op } = event;
    if (event.type === 'error') {
      drop(op);
      return wait.reject(refusal({ code: event.code, message: event.message }));
    }
    try {
      const taken = wait.take(event, line);
      if (taken === 'done') drop(op);
      if (taken === 'unfit') kill('gave an answer that does not fit the question');
    } catch (error) {
      drop(op, { type: 'cancel', op });
      wait.reject(error);
    }
  };

  const child: Child = nodeChild({ ...options, maxLineBytes })({
    onLine(line) {
      if (end !== null) return;
      const event = parseEvent(line);
      if (!event) return kill('printed something that is not of its protocol');
      const wait = waiting.get(event.op);
      if (wait) route(event, wait, line);
      else if (!dropped.has(event.op)) kill('answered an operation that nobody asked for');
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
    drop,
    kill,
    ended: ended.promise,
  };
}
